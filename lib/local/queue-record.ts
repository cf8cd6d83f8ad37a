import { region } from "./aws-names.ts";
import type { QueueMessage } from "./fauxqs.ts";

/** A message received, to be deleted by its handle. */
export type Delivery = { readonly message: QueueMessage; readonly receiptHandle: string };

/** The record of an SQS event. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function sqsRecord({ message, receiptHandle }: Delivery, arn: string): Record<string, unknown> {
  return {
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.approximateReceiveCount),
      SentTimestamp: String(message.sentTimestamp),
      SenderId: "AIDALOCAL",
      ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp ?? message.sentTimestamp),
      ...(message.messageGroupId && { MessageGroupId: message.messageGroupId }),
      ...(message.messageDeduplicationId && { MessageDeduplicationId: message.messageDeduplicationId }),
      ...(message.sequenceNumber && { SequenceNumber: message.sequenceNumber }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    ...(message.md5OfMessageAttributes && { md5OfMessageAttributes: message.md5OfMessageAttributes }),
    md5OfBody: message.md5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: region,
  };
}

/** The message as event filters see it: a `body` that is JSON as an object, other text as itself. */
export function filterable(message: QueueMessage): unknown {
  try {
    return { ...message, body: JSON.parse(message.body) };
  } catch {
    return message;
  }
}
