import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { poisonKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Keeps a stream record that cannot be read, whole, so that it never blocks its shard. A repeat changes nothing. */
export async function keepPoison(
  shardId: string,
  sequenceNumber: string,
  record: unknown,
  reason: string,
): Promise<void> {
  try {
    await table().send(
      new PutCommand({
        TableName: countersTableName(),
        Item: { ...poisonKey(shardId, sequenceNumber), record: JSON.stringify(record), reason },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
