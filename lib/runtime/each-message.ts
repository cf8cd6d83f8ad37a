import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

/**
 * Handles the messages of a batch, all at once and each by itself. Those that failed are named in the answer, so that they
 * alone come again.
 */
export async function eachMessage(
  event: SQSEvent,
  handle: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(
    event.Records.map((record) =>
      handle(record).then(
        () => [],
        () => [{ itemIdentifier: record.messageId }],
      ),
    ),
  );
  return { batchItemFailures: failures.flat() };
}
