import { type BatchOutcome, batchOutcome } from "./batch-answer.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { FaultControl } from "./faults.ts";
import type { InvocationResult } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";
import { hurriedRetryMax } from "./mapping.ts";
import type { MappingModel } from "./model.ts";
import { type Signal, signal } from "./signal.ts";
import type { StreamRecord } from "./stream-record.ts";
import { type TumblingWindow, windowMembers, windowOf } from "./tumbling-window.ts";

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

type Work = { records: StreamRecord[]; attempts: number };

const trimMs = 24 * 3_600_000;
const historyMax = 500;

/** Builds a shard that goes on after its checkpoint. */
export function streamShard(context: ShardContext, checkpoint: Checkpoint): StreamShard {
  const { model, faults, now } = context;
  const batchSizeMax = model.batchSize ?? 100;
  const changed: Signal = signal();
  const sizeMs = model.tumblingWindowMs;
  let delivered = checkpoint.sequence;
  let buffer: StreamRecord[] = [];
  let bufferedSince = 0;
  const retries: Work[] = [];
  let retryAt = 0;
  let history: StreamRecord[] = [];
  let window: TumblingWindow | null =
    checkpoint.window && sizeMs !== null ? { ...checkpoint.window, endMs: checkpoint.window.startMs + sizeMs } : null;
  let hurried = false;
  let hurriedFailures = 0;
  let blocked: string | null = null;
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
      if (retries.length === 0 && windowIsOver()) await closeWindow();
      else await attempt(retries.shift() ?? { records: takeBatch(), attempts: 0 });
    }
    busy = false;
    context.onProgress();
  }

  function msUntilWork(): number {
    if (retries.length > 0) return hurried ? (blocked === null ? 0 : Infinity) : retryAt - performance.now();
    if (windowIsOver()) return 0;
    const untilWindowEnds = window === null ? Infinity : window.endMs - now();
    if (buffer.length === 0) return untilWindowEnds;
    if (hurried || buffer.length >= batchSizeMax) return 0;
    return Math.min(bufferedSince + model.batchWindowMs - performance.now(), untilWindowEnds);
  }

  function takeBatch(): StreamRecord[] {
    let count = Math.min(batchSizeMax, buffer.length);
    if (faults.current.stream?.resplit) count = 1 + faults.below(count);
    const first = buffer[0];
    if (sizeMs !== null && first !== undefined) {
      window ??= windowOf(first.createdMs, sizeMs);
      const end = window.endMs;
      const beyond = buffer.findIndex((record) => record.createdMs >= end);
      if (beyond > 0) count = Math.min(count, beyond);
    }
    bufferedSince = performance.now();
    return buffer.splice(0, count);
  }

  // A window ends when its time has passed or a record of a later one is next.
  function windowIsOver(): boolean {
    if (window === null) return false;
    const first = buffer[0];
    return first === undefined ? now() >= window.endMs : first.createdMs >= window.endMs;
  }

  async function attempt(work: Work): Promise<void> {
    const records = work.records.filter((record) => record.createdMs > now() - trimMs);
    const tooOld = records.filter(
      (record) => model.recordAgeMaxMs !== null && record.createdMs < now() - model.recordAgeMaxMs,
    );
    if (tooOld.length > 0) context.giveUp(tooOld, "RecordAgeExceeded", work.attempts);
    const wanted = records.slice(tooOld.length);
    const last = work.records.at(-1);
    if (wanted.length === 0) return advance(last);

    const outcome = await deliver(wanted, false);
    if (outcome.kind === "done") {
      deliveredAll(wanted);
      return maybeReplay();
    }
    const firstFailed =
      outcome.kind === "partial"
        ? wanted.findIndex((record) => outcome.failed.has(record.event.dynamodb.SequenceNumber))
        : 0;
    // What comes before the lowest failed record is done; the rest comes again, whether it succeeded or not.
    if (firstFailed > 0) deliveredAll(wanted.slice(0, firstFailed));
    const rest = wanted.slice(firstFailed);
    failed(
      rest,
      firstFailed > 0 ? 1 : work.attempts + 1,
      outcome.kind === "failed" ? outcome.reason : "reported as failed",
    );
  }

  function failed(rest: StreamRecord[], attempts: number, reason: string): void {
    context.onEvent({
      kind: "batch-failed",
      message: `${model.id}: batch of ${rest.length} failed, retry ${attempts}: ${reason}`,
    });
    if (model.retryMax !== null && attempts > model.retryMax && !(model.bisects && rest.length > 1)) {
      context.giveUp(rest, "RetryAttemptsExhausted", attempts);
      advance(rest.at(-1));
      return;
    }
    const half = Math.ceil(rest.length / 2);
    if (model.bisects && rest.length > 1) {
      retries.unshift({ records: rest.slice(0, half), attempts: 0 }, { records: rest.slice(half), attempts: 0 });
    } else retries.unshift({ records: rest, attempts });
    backOff(attempts, reason);
  }

  function backOff(attempts: number, reason: string): void {
    retryAt = performance.now() + Math.min(10_000, 100 * 2 ** Math.min(attempts, 10));
    if (hurried && ++hurriedFailures > hurriedRetryMax) blocked = reason;
  }

  function deliveredAll(records: StreamRecord[]): void {
    advance(records.at(-1));
    if (faults.current.stream?.replay) history = [...history, ...records].slice(-historyMax);
  }

  // The fault of going back to an earlier place: all from there on comes again, in order.
  function maybeReplay(): void {
    if (!faults.chance(faults.current.stream?.replay)) return;
    const coming = new Map(
      [...retries.splice(0).flatMap((work) => work.records), ...buffer].map((each) => [each.sequence, each]),
    );
    for (const record of history.slice(faults.below(history.length))) coming.set(record.sequence, record);
    buffer = [...coming.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  }

  function advance(record: StreamRecord | undefined): void {
    hurriedFailures = 0;
    blocked = null;
    if (record !== undefined && (delivered === null || record.sequence > delivered)) delivered = record.sequence;
    context.save({ sequence: delivered, window: window && { startMs: window.startMs, state: window.state } });
  }

  async function closeWindow(): Promise<void> {
    const outcome = await deliver([], true);
    if (outcome.kind !== "done") {
      context.onEvent({ kind: "batch-failed", message: `${model.id}: final invocation of a window failed` });
      hurriedFailures += 1;
      if (hurried && hurriedFailures > hurriedRetryMax) window = null;
      else await changed.wait(hurried ? 0 : 1_000);
      return;
    }
    window = null;
    advance(undefined);
  }

  async function deliver(records: readonly StreamRecord[], isFinal: boolean): Promise<BatchOutcome> {
    const event = {
      Records: records.map((record) => record.event),
      ...(window && windowMembers(window, model.sourceArn, context.shardId, isFinal)),
    };
    const ids = new Set(records.map((record) => record.event.dynamodb.SequenceNumber));
    let result = await context.invoke(event);
    if (result.ok && faults.chance(faults.current.stream?.duplicate)) result = await context.invoke(event);
    const outcome = batchOutcome(result, model.reportsItemFailures, ids);
    if (sizeMs === null || outcome.kind === "failed" || !result.ok) return outcome;
    const state = (result.value as { state?: unknown } | null)?.state;
    if (typeof state !== "object" || state === null) {
      return { kind: "failed", reason: "a function with a tumbling window must answer with state" };
    }
    if (window !== null && !isFinal) window.state = state;
    return outcome;
  }

  return {
    get delivered() {
      return delivered;
    },
    get buffered() {
      return buffer.length;
    },
    get isIdle() {
      return !busy && buffer.length === 0 && retries.length === 0 && !windowIsOver();
    },
    get blocked() {
      return blocked;
    },
    push: (record) => {
      if (buffer.length === 0) bufferedSince = performance.now();
      buffer.push(record);
      changed.ring();
    },
    wake: () => changed.ring(),
    hurry: (on) => {
      if (hurried === on) return;
      hurried = on;
      hurriedFailures = 0;
      blocked = null;
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
