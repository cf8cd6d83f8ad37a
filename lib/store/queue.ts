import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { environment } from "./environment.ts";

let client: SQSClient | undefined;

/** Sends one message. At least once: a lost answer is sent again by the SDK. */
export async function sendMessage(message: QueueMessage): Promise<void> {
  client ??= new SQSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
    useQueueUrlAsEndpoint: false,
  });
  await client.send(
    new SendMessageCommand({ QueueUrl: environment().QUEUE_URL, MessageBody: JSON.stringify(message) }),
  );
}
