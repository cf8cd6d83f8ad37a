import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deliveriesMax, type MessageOf, type QueueMessage, queueMessageSchema } from "#contract/queue-messages.ts";
import { eachMessage } from "./each-message.ts";
import { logger } from "./logger.ts";
import { withContext } from "./request-context.ts";

/** How long an invocation may still work. */
export type TimeBudget = { remainingMs: () => number };

/** What a message's handler gets beside the message: how long it may still work, and whether the message comes again. */
export type WorkBudget = TimeBudget & { isLastDelivery: boolean };

/** Who handles each type of message. */
type MessageHandlers = {
  [Type in QueueMessage["type"]]: (message: MessageOf<Type>, budget: WorkBudget) => Promise<void>;
};

/**
 * The shell around a queue worker: each message is handled in the context of the request it comes from, and only those
 * that failed are delivered again. A message that cannot be read fails until the queue sets it aside.
 */
export function worker(handlers: MessageHandlers) {
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    return eachMessage(event, (record) => {
      const isLastDelivery = Number(record.attributes.ApproximateReceiveCount) >= deliveriesMax;
      return handleMessage(record, handlers, { remainingMs, isLastDelivery });
    });
  };
}

async function handleMessage(record: SQSRecord, handlers: MessageHandlers, budget: WorkBudget): Promise<void> {
  const message = queueMessageSchema.parse(JSON.parse(record.body));
  const handle = handlers[message.type] as (message: QueueMessage, budget: WorkBudget) => Promise<void>;
  await withContext({ requestId: message.request_id }, async () => {
    try {
      await handle(message, budget);
      logger.info("message", { type: message.type, message_id: record.messageId });
    } catch (error) {
      logger.error("message failed", { type: message.type, message_id: record.messageId, error: error as Error });
      throw error;
    }
  });
}
