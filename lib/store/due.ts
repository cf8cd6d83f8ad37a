import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { indexes } from "#contract/table-schema.ts";
import { environment } from "./environment.ts";
import { dueBound, dueMsOf, dueSortKey, type Key, type ShardedFamily, shardNames, shardPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** Something that is due at a time, in milliseconds. */
export type Due = { id: string; dueMs: number };

/** Some of what is due; `isLast`: there is no more in the range. */
export type Round = { due: Due[]; isLast: boolean };

/** How many are read at once, of all shards together. */
const roundMax = 400;
const perShardMin = 10;

/**
 * What is due from one time up to another, in rounds of some from each shard, each oldest first: a small read of the sparse
 * index a shard and round. The index may be behind its table: look at the thing itself before doing anything to it. What
 * gets another place meanwhile may come once more.
 */
export async function* dueWithin(family: ShardedFamily, fromMs: number, beforeMs: number): AsyncGenerator<Round> {
  const names = shardNames(environment().SHARDS);
  const limit = Math.max(perShardMin, Math.floor(roundMax / names.length));
  const range = { ":low": dueBound(fromMs), ":high": dueBound(beforeMs) };
  let shards = names.map((shard): ShardRead => ({ pk: shardPartition(family, shard), start: undefined }));
  while (shards.length > 0) {
    const pages = await Promise.all(shards.map((shard) => readOn(shard, range, limit)));
    shards = pages.flatMap(({ pk, start }) => (start === undefined ? [] : [{ pk, start }]));
    const due = pages.flatMap((page) => page.due).sort((a, b) => a.dueMs - b.dueMs);
    yield { due, isLast: shards.length === 0 };
  }
}

type ShardRead = { pk: string; start: Record<string, unknown> | undefined };

async function readOn(
  { pk, start }: ShardRead,
  range: Record<string, string>,
  limit: number,
): Promise<ShardRead & { due: Due[] }> {
  const { Items: items = [], LastEvaluatedKey } = await table().send(
    new QueryCommand({
      TableName: tableName(),
      IndexName: indexes.rare.name,
      KeyConditionExpression: "pk = :pk AND r BETWEEN :low AND :high",
      ExpressionAttributeValues: { ":pk": pk, ...range },
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  );
  const due = items.map((item) => ({ id: String(item.sk), dueMs: dueMsOf(String(item.r)) ?? 0 }));
  return { pk, start: LastEvaluatedKey, due };
}

/**
 * Gives something its next place in the index that the sweep reads, if it is still the version that was looked at, and at
 * that place. That makes no version of it: whoever is changing it goes on.
 *
 * @param timerMs when a timer of an instance is due, which its place said so far
 * @returns false when somebody changed it meanwhile
 */
export async function moveDue(
  key: Key,
  seen: { version: number; dueMs: number },
  toMs: number,
  timerMs?: number,
): Promise<boolean> {
  const to = dueSortKey(toMs, key.sk);
  try {
    await table().send(
      new UpdateCommand({
        TableName: tableName(),
        Key: key,
        UpdateExpression: timerMs === undefined ? "SET r = :to" : "SET r = :to, d = :timer",
        ConditionExpression: "v = :seen AND r = :from",
        ExpressionAttributeValues: {
          ":to": to,
          ":from": dueSortKey(seen.dueMs, key.sk),
          ":seen": seen.version,
          ":timer": timerMs,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item !== undefined && unmarshall(error.Item).r === to; // this very request, whose answer was lost
  }
}
