import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type MessageOf, type QueueMessage, queueMessageSchema } from "#contract/queue-messages.ts";
import { keepPoison } from "#store/poison.ts";
import { eachMessage } from "./each-message.ts";
import { logger } from "./logger.ts";
import { countMetrics } from "./metrics.ts";
import { withContext } from "./request-context.ts";

/** Who does something about the dead letters of a type. The others are logged and counted, and that is all they need. */
type DeadLetterHandlers = {
  [Type in QueueMessage["type"]]?: (message: MessageOf<Type>) => Promise<void>;
};

/**
 * The shell around the consumer of dead letters. Each is counted (the metric DeadLetter, on which an alarm stands); one that
 * cannot be read is kept whole.
 */
export function deadLetters(handlers: DeadLetterHandlers) {
  return (event: SQSEvent): Promise<SQSBatchResponse> =>
    eachMessage(event, async (record) => {
      try {
        await take(record, handlers);
      } catch (error) {
        logger.error("dead letter not taken", { message_id: record.messageId, error: error as Error });
        throw error;
      }
    });
}

async function take(record: SQSRecord, handlers: DeadLetterHandlers): Promise<void> {
  const message = messageOf(record.body);
  if (message === null) await keepPoison("dead-letters", record.messageId, record.body, "not a message of ours");
  const handle = message && (handlers[message.type] as ((message: QueueMessage) => Promise<void>) | undefined);
  await withContext({ requestId: message?.request_id ?? record.messageId }, async () => {
    logger.error("dead letter", { type: message?.type ?? "unreadable", message_id: record.messageId });
    if (message !== null) await handle?.(message);
  });
  countMetrics({ DeadLetter: 1 });
}

function messageOf(body: string): QueueMessage | null {
  try {
    return queueMessageSchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
