import { setTimeout as sleep } from "node:timers/promises";
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { DomainError } from "#domain/domain-error.ts";
import { inParallel } from "#domain/in-parallel.ts";
import { environment } from "./environment.ts";

/** The longest that SQS holds a message back. */
export const delaySecondsMax = 900;

/** How many messages one request may carry. */
const batchMax = 10;
const batchesAtOnceMax = 5;
const batchAttemptsMax = 5;

let client: SQSClient | undefined;

function queue(): SQSClient {
  client ??= new SQSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
    useQueueUrlAsEndpoint: false,
  });
  return client;
}

/**
 * Sends one message. At least once: a lost answer is sent again by the SDK.
 *
 * @param delayMs how long it is held back, rounded up to the second and at most 15 minutes
 */
export async function sendMessage(message: QueueMessage, delayMs = 0): Promise<void> {
  await queue().send(new SendMessageCommand({ QueueUrl: environment().QUEUE_URL, ...entryOf(message, delayMs) }));
}

/** A message, and how long it is held back, as `sendMessage` does. */
export type Delayed = { message: QueueMessage; delayMs: number };

/** Sends many messages at once, as `sendDelayed` does. */
export function sendMessages(messages: readonly QueueMessage[]): Promise<void> {
  return sendDelayed(messages.map((message) => ({ message, delayMs: 0 })));
}

/**
 * Sends many messages at once, each as `sendMessage` does, in no order. What a request leaves undone is sent again.
 *
 * @throws DomainError `service_unavailable` when some were not sent after several attempts.
 */
export async function sendDelayed(messages: readonly Delayed[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(messages.length / batchMax) }, (_, at) =>
    messages.slice(at * batchMax, (at + 1) * batchMax),
  );
  const outcomes = await inParallel(batches, batchesAtOnceMax, async (batch) => {
    try {
      await sendBatch(batch);
      return null;
    } catch (error) {
      return { error }; // the others are sent all the same
    }
  });
  const failed = outcomes.find((outcome) => outcome !== null);
  if (failed !== undefined) throw failed.error;
}

async function sendBatch(messages: readonly Delayed[]): Promise<void> {
  let left = messages.map(({ message, delayMs }, at) => ({ Id: String(at), ...entryOf(message, delayMs) }));
  for (let attempt = 1; ; attempt++) {
    const command = new SendMessageBatchCommand({ QueueUrl: environment().QUEUE_URL, Entries: left });
    const { Failed: failed = [] } = await queue().send(command);
    left = left.filter(({ Id }) => failed.some((each) => each.Id === Id));
    if (left.length === 0) return;
    if (attempt === batchAttemptsMax) {
      throw new DomainError("service_unavailable", `${left.length} messages were not sent: ${failed[0]?.Code}.`);
    }
    await sleep(Math.random() * 20 * 2 ** attempt);
  }
}

function entryOf(message: QueueMessage, delayMs: number): { MessageBody: string; DelaySeconds?: number } {
  const delaySeconds = Math.min(Math.ceil(delayMs / 1000), delaySecondsMax);
  return { MessageBody: JSON.stringify(message), ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}) };
}

/** About how many messages wait for a worker, or are in its hands: those that it fails with come back after minutes. */
export async function backlog(): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: environment().QUEUE_URL,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  const { Attributes: counts = {} } = await queue().send(command);
  return Number(counts.ApproximateNumberOfMessages ?? 0) + Number(counts.ApproximateNumberOfMessagesNotVisible ?? 0);
}
