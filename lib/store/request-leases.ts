import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { ttlAttribute } from "#contract/table-schema.ts";
import { windowEndMs } from "#domain/request-limit.ts";
import { requestLimitKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Windows that are over are nobody's concern; this much later no clock is still in them. */
const keptSeconds = 3_600;

/**
 * Takes requests from a caller's window for this process, if so many are left: one write unit. `taken` is what all
 * processes have taken of the window, after this or instead of it.
 *
 * When an answer is lost on the wire the SDK asks again, and the first lease is nobody's: the caller then has that much
 * less in this minute, never more.
 */
export async function leaseRequests(
  callerId: string,
  options: { window: number; limit: number; requests: number },
): Promise<{ granted: boolean; taken: number }> {
  const { window, limit, requests } = options;
  try {
    const { Attributes: item } = await table().send(
      new UpdateCommand({
        TableName: countersTableName(),
        Key: requestLimitKey(callerId, window),
        UpdateExpression: "ADD taken :requests SET #ttl = :ttl",
        ConditionExpression: "attribute_not_exists(taken) OR taken <= :bound",
        ExpressionAttributeNames: { "#ttl": ttlAttribute },
        ExpressionAttributeValues: {
          ":requests": requests,
          ":bound": limit - requests,
          ":ttl": windowEndMs(window) / 1000 + keptSeconds,
        },
        ReturnValues: "UPDATED_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return { granted: true, taken: Number(item?.taken) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { granted: false, taken: error.Item === undefined ? limit : Number(unmarshall(error.Item).taken) };
  }
}
