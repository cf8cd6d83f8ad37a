import { DeleteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Key } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** The keys of every item in a partition, as it is now. */
export async function keysOf(pk: string): Promise<Key[]> {
  const keys: Key[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ProjectionExpression: "pk, sk",
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    keys.push(...((page.Items ?? []) as Key[]));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return keys;
}

/** Removes an item that nobody changes any more. That it is gone already is no error. */
export async function removeItem(key: Key): Promise<void> {
  await table().send(new DeleteCommand({ TableName: tableName(), Key: key }));
}
