import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { indexes } from "#contract/table-schema.ts";
import { environment } from "./environment.ts";
import { dueBound, dueMsOf, type ShardedFamily, shardNames, shardPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** Something that is due at a time, in milliseconds. */
export type Due = { id: string; dueMs: number };

/**
 * What is due before a time, oldest first, at most `limit` of each shard: one small read of the sparse index a shard. The
 * index may be behind its table: look at the thing itself before doing anything to it.
 */
export async function dueBefore(family: ShardedFamily, beforeMs: number, limit: number): Promise<Due[]> {
  const found = await Promise.all(
    shardNames(environment().SHARDS).map(async (shard) => {
      const { Items: items = [] } = await table().send(
        new QueryCommand({
          TableName: tableName(),
          IndexName: indexes.rare.name,
          KeyConditionExpression: "pk = :pk AND r BETWEEN :low AND :high",
          ExpressionAttributeValues: {
            ":pk": shardPartition(family, shard),
            ":low": dueBound(0),
            ":high": dueBound(beforeMs),
          },
          Limit: limit,
        }),
      );
      return items.map((item) => ({ id: String(item.sk), dueMs: dueMsOf(String(item.r)) ?? 0 }));
    }),
  );
  return found.flat();
}
