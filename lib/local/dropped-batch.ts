import type { MappingModel } from "./model.ts";
import type { StreamRecord } from "./stream-record.ts";

/**
 * What a failure destination is told of records given up: where they are in the stream, not what they hold.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function droppedBatch(
  model: MappingModel,
  shardId: string,
  records: readonly StreamRecord[],
  reason: string,
  attempts: number,
): Record<string, unknown> {
  const [first, last] = [records[0], records.at(-1)];
  const arrival = (record: StreamRecord | undefined) => record && new Date(record.createdMs).toISOString();
  return {
    requestContext: { functionArn: model.functionName, condition: reason, approximateInvokeCount: attempts },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    version: "1.0",
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.event.dynamodb.SequenceNumber,
      endSequenceNumber: last?.event.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: model.sourceArn,
    },
  };
}
