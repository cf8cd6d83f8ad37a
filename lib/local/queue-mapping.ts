import { batchOutcome } from "./batch-answer.ts";
import type { FaultControl } from "./faults.ts";
import type { Queue, QueueEngine } from "./fauxqs.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import type { Mapping } from "./mapping.ts";
import type { MappingModel } from "./model.ts";
import { type Delivery, filterable, sqsRecord } from "./queue-record.ts";
import { signal } from "./signal.ts";
import { eventFilter } from "./stream-filter.ts";

/** AWS starts at 5 batches and grows; one process has no use for more than this at once. */
const concurrencyDefault = 50;

/**
 * Delivers a queue's messages to a function: batches, partial failures, deletion on success. A failed message stays
 * invisible for the queue's visibility timeout, and moves to the dead-letter queue on the receive after its last.
 */
export function queueMapping(
  model: MappingModel,
  queues: QueueEngine,
  host: LambdaHost,
  faults: FaultControl,
  onEvent: OnEvent,
): Mapping {
  const queue = queues.queue(model.sourceArn);
  if (queue === undefined) throw new Error(`${model.id}: the stack has no queue ${model.sourceArn}`);
  const batchSize = model.batchSize ?? 10;
  const concurrencyMax = model.concurrencyMax ?? concurrencyDefault;
  const matches = eventFilter(model.filters);
  const changed = signal();
  let active = 0;
  let hurried = 0;
  let stopping = false;
  let loop = Promise.resolve();
  const waiting: Delivery[] = [];
  let waitingSince = 0;
  const idleWaiters: (() => void)[] = [];
  // A message that is held back rings nobody: who waits for the next one to become visible must look again.
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (message) => {
    enqueue(message);
    changed.ring();
  };

  async function run(): Promise<void> {
    while (!stopping) {
      const room = active < concurrencyMax;
      if (room) collect();
      const windowLeftMs = waitingSince + model.batchWindowMs - performance.now();
      if (room && waiting.length > 0 && (waiting.length >= batchSize || windowLeftMs <= 0 || hurried > 0)) {
        void deliver(waiting.splice(0, batchSize));
        continue;
      }
      if (active === 0 && waiting.length === 0) for (const idle of idleWaiters.splice(0)) idle();
      await nextChange(room ? (waiting.length > 0 ? windowLeftMs : Infinity) : null);
    }
    giveBack();
  }

  function collect(): void {
    if (queue === undefined) return;
    while (waiting.length < batchSize) {
      if (faults.current.queue?.shuffle && !queue.isFifo()) shuffle(queue, faults);
      const received = queue.dequeue(Math.min(10, batchSize - waiting.length), undefined, queues.queue);
      if (received.length === 0) return;
      if (waiting.length === 0) waitingSince = performance.now();
      for (const { ReceiptHandle } of received) {
        const message = queue.inflightMessages.get(ReceiptHandle)?.message;
        if (message === undefined) continue;
        // A copy in memory alone: deleting either removes the one that is stored.
        if (faults.chance(faults.current.queue?.duplicate)) queue.messages.push({ ...message });
        waiting.push({ message, receiptHandle: ReceiptHandle });
      }
    }
  }

  async function deliver(batch: Delivery[]): Promise<void> {
    if (queue === undefined) return;
    active += 1;
    try {
      const wanted = batch.filter((delivery) => {
        if (matches(filterable(delivery.message))) return true;
        queue.deleteMessage(delivery.receiptHandle);
        return false;
      });
      if (wanted.length === 0) return;
      const result = await host.invoke(model.functionName, {
        Records: wanted.map((each) => sqsRecord(each, model.sourceArn)),
      });
      const outcome = batchOutcome(
        result,
        model.reportsItemFailures,
        new Set(wanted.map((each) => each.message.messageId)),
      );
      if (outcome.kind === "failed") {
        onEvent({ kind: "batch-failed", message: `${model.id}: ${wanted.length} messages failed: ${outcome.reason}` });
        return;
      }
      for (const { message, receiptHandle } of wanted) {
        if (outcome.kind === "done" || !outcome.failed.has(message.messageId)) queue.deleteMessage(receiptHandle);
      }
    } finally {
      active -= 1;
      changed.ring();
    }
  }

  // Waits without polling: for a message, for the next one to become visible, or for room.
  async function nextChange(ms: number | null): Promise<void> {
    if (queue === undefined) return;
    if (ms === null) {
      await changed.wait();
      return;
    }
    const waiter = { resolve: () => changed.ring(), timer: undefined };
    queue.pollWaiters.push(waiter);
    await changed.wait(Math.min(ms, nextVisibleAt(queue) - Date.now()));
    const position = queue.pollWaiters.indexOf(waiter);
    if (position >= 0) queue.pollWaiters.splice(position, 1);
  }

  // What was received and not yet delivered is visible again at once.
  function giveBack(): void {
    for (const { receiptHandle } of waiting.splice(0)) queue?.changeVisibility(receiptHandle, 0);
    for (const idle of idleWaiters.splice(0)) idle();
  }

  return {
    id: model.id,
    start: () => {
      loop = run();
    },
    wake: () => changed.ring(),
    catchUp: async () => {
      if (stopping) return;
      hurried += 1;
      try {
        await new Promise<void>((resolve) => {
          idleWaiters.push(resolve);
          changed.ring();
        });
      } finally {
        hurried -= 1;
      }
    },
    stop: async () => {
      stopping = true;
      changed.ring();
      await loop;
      while (active > 0) await changed.wait();
    },
  };
}

function nextVisibleAt(queue: Queue): number {
  let earliest = Infinity;
  for (const { visibilityDeadline } of queue.inflightMessages.values())
    earliest = Math.min(earliest, visibilityDeadline);
  for (const { delayUntil } of queue.delayedMessages) earliest = Math.min(earliest, delayUntil ?? 0);
  for (const group of queue.fifoDelayed.values())
    for (const { delayUntil } of group) earliest = Math.min(earliest, delayUntil ?? 0);
  return earliest;
}

function shuffle(queue: Queue, faults: FaultControl): void {
  const { messages } = queue;
  for (let last = messages.length - 1; last > 0; last--) {
    const other = faults.below(last + 1);
    const [a, b] = [messages[last], messages[other]];
    if (a && b) [messages[last], messages[other]] = [b, a];
  }
}
