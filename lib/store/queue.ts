import { setTimeout as sleep } from "node:timers/promises";
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { DomainError } from "#domain/domain-error.ts";
import { environment } from "./environment.ts";

/** The longest that SQS holds a message back. */
export const delaySecondsMax = 900;

/** How many messages one request may carry. */
const batchMax = 10;
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
  const delaySeconds = Math.min(Math.ceil(delayMs / 1000), delaySecondsMax);
  await queue().send(
    new SendMessageCommand({
      QueueUrl: environment().QUEUE_URL,
      MessageBody: JSON.stringify(message),
      ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}),
    }),
  );
}

/**
 * Sends many messages at once, each as `sendMessage` does, in no order. What a request leaves undone is sent again.
 *
 * @throws DomainError `service_unavailable` when some were not sent after several attempts.
 */
export async function sendMessages(messages: readonly QueueMessage[]): Promise<void> {
  for (let at = 0; at < messages.length; at += batchMax) await sendBatch(messages.slice(at, at + batchMax));
}

async function sendBatch(messages: readonly QueueMessage[]): Promise<void> {
  let left = messages.map((message, at) => ({ Id: String(at), MessageBody: JSON.stringify(message) }));
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

/** About how many messages wait for a worker. */
export async function backlog(): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: environment().QUEUE_URL,
    AttributeNames: ["ApproximateNumberOfMessages"],
  });
  return Number((await queue().send(command)).Attributes?.ApproximateNumberOfMessages ?? 0);
}
