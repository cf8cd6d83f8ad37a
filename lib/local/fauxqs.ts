import type { AddressInfo } from "node:net";
import type { DatabaseSync } from "node:sqlite";
import { buildApp } from "fauxqs";
import { accountId, region } from "./aws-names.ts";
import type { QueueModel } from "./model.ts";

/** A message in a queue; times are milliseconds since the epoch. */
export type QueueMessage = {
  messageId: string;
  body: string;
  md5OfBody: string;
  messageAttributes: Record<string, QueueMessageAttribute>;
  md5OfMessageAttributes: string;
  sentTimestamp: number;
  approximateReceiveCount: number;
  approximateFirstReceiveTimestamp?: number;
  delayUntil?: number;
  messageGroupId?: string;
  messageDeduplicationId?: string;
  sequenceNumber?: string;
};

type QueueMessageAttribute = { DataType: string; StringValue?: string; BinaryValue?: string };
type ReceivedMessage = { MessageId: string; ReceiptHandle: string; Body: string };

/** The part of fauxqs' queue that is used here; the queue lives in this process, so its mappings need no HTTP. */
export type Queue = {
  readonly name: string;
  readonly arn: string;
  attributes: Record<string, string>;
  messages: QueueMessage[];
  delayedMessages: QueueMessage[];
  fifoMessages: Map<string, QueueMessage[]>;
  fifoDelayed: Map<string, QueueMessage[]>;
  inflightMessages: Map<string, { message: QueueMessage; visibilityDeadline: number }>;
  pollWaiters: { resolve: () => void; timer: undefined }[];
  persistence?: unknown;
  isFifo(): boolean;
  dequeue(
    countMax: number,
    visibilitySeconds: number | undefined,
    deadLetterQueue: (arn: string) => Queue | undefined,
  ): ReceivedMessage[];
  deleteMessage(receiptHandle: string): boolean;
  changeVisibility(receiptHandle: string, seconds: number): void;
  enqueue(message: QueueMessage): void;
  processTimers(): void;
  setAttributes(attributes: Record<string, string>): void;
};

type Store = {
  host: string;
  region?: string;
  persistence?: unknown;
  allQueues(): Iterable<Queue>;
  getQueueByName(name: string): Queue | undefined;
  getQueueByArn(arn: string): Queue | undefined;
  createQueue(name: string, url: string, arn: string, attributes: Record<string, string>): Queue;
};
type StoreClass = {
  new (): Store;
  createMessage(body: string): QueueMessage;
};
type Persistence = {
  db: DatabaseSync;
  loadSqsAndSns(store: Store, topics: unknown): void;
  updateMessageReady(messageId: string): void;
  deleteMessage(messageId: string): void;
  close(): void;
};

/** SQS on loopback, in this process. */
export type QueueEngine = {
  readonly url: string;
  /** As functions see it. */
  readonly publicUrl: string;
  queue(arn: string): Queue | undefined;
  /** Creates the queues of the template, or gives those of an earlier run the attributes of the template. */
  create(queues: readonly QueueModel[]): void;
  /** Sends a message as AWS itself would, to a failure destination. */
  send(arn: string, body: string): void;
  /** Makes due whatever the clock has made due, and drops what is past its retention. */
  tick(now: number): void;
  stop(): Promise<void>;
};

/**
 * Starts fauxqs on a loopback port of its own. Its `startFauxqs` listens on all addresses whatever it is told, so its
 * parts are put together here.
 *
 * @param front gives the address under which functions see it, which is part of every queue's URL.
 */
export async function startFauxqs(dataDir: string, front: (url: string) => Promise<string>): Promise<QueueEngine> {
  const base = new URL(".", import.meta.resolve("fauxqs"));
  const load = (path: string) => import(new URL(path, base).href);
  const [{ SqsStore }, { SnsStore }, { PersistenceManager }] = await Promise.all([
    load("sqs/sqsStore.js") as Promise<{ SqsStore: StoreClass }>,
    load("sns/snsStore.js") as Promise<{ SnsStore: new () => unknown }>,
    load("persistence.js") as Promise<{ PersistenceManager: new (dataDir: string) => Persistence }>,
  ]);
  const store = new SqsStore();
  const topics = new SnsStore();
  const persistence = new PersistenceManager(dataDir);
  // An empty host makes fauxqs build its URLs from the address it was called at.
  store.host = "";
  store.region = region;
  const app = buildApp({ logger: false, stores: { sqsStore: store, snsStore: topics } as never });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const publicUrl = await front(url);
  prepare(persistence, publicUrl);
  persistence.loadSqsAndSns(store, topics);
  store.persistence = persistence;
  for (const queue of store.allQueues()) queue.persistence = persistence;

  return {
    url,
    publicUrl,
    queue: (arn) => store.getQueueByArn(arn),
    create: (queues) => {
      for (const { name, arn, attributes } of queues) {
        const existing = store.getQueueByName(name);
        if (existing === undefined) store.createQueue(name, `${publicUrl}/${accountId}/${name}`, arn, attributes);
        // What an earlier template said and this one does not must not linger.
        else existing.setAttributes({ RedrivePolicy: "", ...defaults, ...attributes });
      }
    },
    send: (arn, body) => store.getQueueByArn(arn)?.enqueue(SqsStore.createMessage(body)),
    tick: (now) => {
      for (const queue of store.allQueues()) {
        dropExpired(queue, now, persistence);
        queue.processTimers();
      }
    },
    stop: async () => {
      await app.close();
      persistence.close();
    },
  };
}

const defaults = {
  DelaySeconds: "0",
  VisibilityTimeout: "30",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
};

function prepare(persistence: Persistence, url: string): void {
  // The port is another one at each start.
  persistence.db.prepare("UPDATE sqs_queues SET url = ? || name").run(`${url}/${accountId}/`);
  // An acknowledged message survives the death of this process; surviving a power cut would cost a disk sync per message.
  persistence.db.exec("PRAGMA synchronous = NORMAL");
  // The messages that the last process had in flight are visible at once: it is dead.
  persistence.db.exec("UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL");
  // fauxqs 2.4.1 also sets the receive count to NULL here, which its own schema forbids.
  const ready = persistence.db.prepare(
    "UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?",
  );
  persistence.updateMessageReady = (messageId) => {
    ready.run(messageId);
  };
}

function dropExpired(queue: Queue, now: number, persistence: Persistence): void {
  const oldest = now - Number(queue.attributes.MessageRetentionPeriod ?? 345_600) * 1000;
  const isKept = (message: QueueMessage) => {
    if (message.sentTimestamp >= oldest) return true;
    persistence.deleteMessage(message.messageId);
    return false;
  };
  queue.messages = queue.messages.filter(isKept);
  for (const [group, messages] of queue.fifoMessages) queue.fifoMessages.set(group, messages.filter(isKept));
}
