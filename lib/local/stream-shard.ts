import { type BatchOutcome, batchOutcome } from "./batch-answer.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { FaultControl } from "./faults.ts";
import type { InvocationResult } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import type { MappingModel } from "./model.ts";
import { shardBuffer } from "./shard-buffer.ts";
import { shardRetries, type Work } from "./shard-retries.ts";
import { shardWindow } from "./shard-window.ts";
import { signal } from "./signal.ts";
import type { StreamRecord } from "./stream-record.ts";

/** What a shard needs from the outside. */
export type ShardContext = {
  readonly model: MappingModel;
  readonly shardId: string;
  readonly now: () => number;
  readonly faults: FaultControl;
  readonly onEvent: OnEvent;
  invoke(event: unknown): Promise<InvocationResult>;
  save(checkpoint: Checkpoint): void;
  /** Reports records given up, to the failure destination. */
  giveUp(records: readonly StreamRecord[], reason: string, attempts: number): void;
  /** Called when the buffer has room, or all is delivered. */
  onProgress(): void;
};

/** One shard of a mapping: its records in order, one batch at a time, a failing one in the way of all that follow. */
export type StreamShard = {
  readonly delivered: bigint | null;
  readonly buffered: number;
  push(record: StreamRecord): void;
  wake(): void;
  /** Nothing buffered, nothing under way. */
  readonly isIdle: boolean;
  /** Not null: the reason why a hurried batch keeps failing. */
  readonly blocked: string | null;
  hurry(on: boolean): void;
  start(): void;
  stop(): Promise<void>;
};

const trimMs = 24 * 3_600_000;
/** The wait before a window's last invocation is tried again. */
const closeRetryMs = 1_000;

/** Builds a shard that goes on after its checkpoint. */
export function streamShard(context: ShardContext, checkpoint: Checkpoint): StreamShard {
  const { model, faults, now } = context;
  const changed = signal();
  const buffer = shardBuffer(model, faults);
  const retries = shardRetries(model);
  const window = shardWindow(model.tumblingWindowMs, checkpoint.window);
  let delivered = checkpoint.sequence;
  let busy = false;
  let stopping = false;
  let loop = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopping) {
      const waitMs = msUntilWork();
      if (waitMs > 0) {
        busy = false;
        context.onProgress();
        await changed.wait(waitMs);
        continue;
      }
      busy = true;
      if (retries.isEmpty && windowIsOver()) await closeWindow();
      else await attempt(retries.take() ?? nextBatch());
    }
    busy = false;
    context.onProgress();
  }

  function msUntilWork(): number {
    if (!retries.isEmpty) return retries.msUntilNext();
    if (windowIsOver()) return 0;
    const untilWindowEnds = window.endMs - now();
    if (buffer.length === 0) return untilWindowEnds;
    if (retries.isHurried || buffer.isFull) return 0;
    return Math.min(buffer.msUntilDue(), untilWindowEnds);
  }

  function windowIsOver(): boolean {
    return window.isOver(buffer.first, now());
  }

  function nextBatch(): Work {
    if (buffer.first !== undefined) window.open(buffer.first);
    return { records: buffer.take(window.endMs), attempts: 0 };
  }

  async function attempt({ records, attempts }: Work): Promise<void> {
    const kept = records.filter(({ createdMs }) => createdMs > now() - trimMs);
    const { recordAgeMaxMs } = model;
    const tooOld = kept.filter(({ createdMs }) => recordAgeMaxMs !== null && createdMs < now() - recordAgeMaxMs);
    if (tooOld.length > 0) context.giveUp(tooOld, "RecordAgeExceeded", attempts);
    const wanted = kept.slice(tooOld.length);
    if (wanted.length === 0) return advance(records.at(-1));

    const outcome = await deliver(wanted, false);
    if (outcome.kind === "done") {
      deliveredAll(wanted);
      if (faults.chance(faults.current.stream?.replay)) buffer.replay(retries.drain());
      return;
    }
    const isFailed = (record: StreamRecord) =>
      outcome.kind === "failed" || outcome.failed.has(record.event.dynamodb.SequenceNumber);
    const firstFailed = wanted.findIndex(isFailed);
    // What comes before the lowest failed record is done; the rest comes again, whether it succeeded or not.
    if (firstFailed > 0) deliveredAll(wanted.slice(0, firstFailed));
    const reason = outcome.kind === "failed" ? outcome.reason : "reported as failed";
    failed(wanted.slice(firstFailed), firstFailed > 0 ? 1 : attempts + 1, reason);
  }

  function failed(rest: StreamRecord[], attempts: number, reason: string): void {
    report(`batch of ${rest.length} failed, retry ${attempts}: ${reason}`);
    if (retries.keep(rest, attempts, reason)) return;
    context.giveUp(rest, "RetryAttemptsExhausted", attempts);
    advance(rest.at(-1));
  }

  function deliveredAll(records: readonly StreamRecord[]): void {
    advance(records.at(-1));
    buffer.remember(records);
  }

  function advance(record: StreamRecord | undefined): void {
    retries.succeeded();
    if (record !== undefined && (delivered === null || record.sequence > delivered)) delivered = record.sequence;
    context.save({ sequence: delivered, window: window.saved });
  }

  async function closeWindow(): Promise<void> {
    const outcome = await deliver([], true);
    if (outcome.kind === "done") {
      window.close();
      advance(undefined);
      return;
    }
    report("final invocation of a window failed");
    if (retries.failed()) window.close();
    else await changed.wait(retries.isHurried ? 0 : closeRetryMs);
  }

  async function deliver(records: readonly StreamRecord[], isFinal: boolean): Promise<BatchOutcome> {
    const event = {
      Records: records.map((record) => record.event),
      ...window.members(model.sourceArn, context.shardId, isFinal),
    };
    const ids = new Set(records.map((record) => record.event.dynamodb.SequenceNumber));
    let result = await context.invoke(event);
    if (result.ok && faults.chance(faults.current.stream?.duplicate)) result = await context.invoke(event);
    const outcome = batchOutcome(result, model.reportsItemFailures, ids);
    if (outcome.kind === "failed" || !result.ok || window.accept(result.value, isFinal)) return outcome;
    return { kind: "failed", reason: "a function with a tumbling window must answer with state" };
  }

  function report(message: string): void {
    context.onEvent({ kind: "batch-failed", message: `${model.id}: ${message}` });
  }

  return {
    get delivered() {
      return delivered;
    },
    get buffered() {
      return buffer.length;
    },
    get isIdle() {
      return !busy && buffer.length === 0 && retries.isEmpty && !windowIsOver();
    },
    get blocked() {
      return retries.blocked;
    },
    push: (record) => {
      buffer.push(record);
      changed.ring();
    },
    wake: () => changed.ring(),
    hurry: (on) => {
      // Whoever hurries asks again at each progress, and a bell rung then would be one.
      if (retries.isHurried === on) return;
      retries.hurry(on);
      changed.ring();
    },
    start: () => {
      loop = run();
    },
    stop: async () => {
      stopping = true;
      changed.ring();
      await loop;
    },
  };
}
