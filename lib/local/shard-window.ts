import type { Checkpoint } from "./checkpoints.ts";
import type { StreamRecord } from "./stream-record.ts";
import { type TumblingWindow, windowMembers, windowOf } from "./tumbling-window.ts";

/** The tumbling windows of a shard, one open at a time; of a mapping without them there is never one. */
export type ShardWindow = {
  /** For ever while none is open. */
  readonly endMs: number;
  /** For the checkpoint; null while none is open. */
  readonly saved: Checkpoint["window"];
  /** Opens the window of a record, unless one is open already. */
  open(record: StreamRecord): void;
  close(): void;
  /** A window ends when its time has passed, or when a record of a later one is next. */
  isOver(next: StreamRecord | undefined, now: number): boolean;
  /** What it adds to the shard's events. */
  members(sourceArn: string, shardId: string, isFinal: boolean): Record<string, unknown>;
  /** Takes over the state of an answer. False when there are windows and the answer has none. */
  accept(answer: unknown, isFinal: boolean): boolean;
};

/** Goes on with the window of a checkpoint. @param sizeMs null: no windows. */
export function shardWindow(sizeMs: number | null, saved: Checkpoint["window"]): ShardWindow {
  let window: TumblingWindow | null = saved && sizeMs !== null ? { ...saved, endMs: saved.startMs + sizeMs } : null;
  return {
    get endMs() {
      return window?.endMs ?? Number.POSITIVE_INFINITY;
    },
    get saved() {
      return window && { startMs: window.startMs, state: window.state };
    },
    open: ({ createdMs }) => {
      if (sizeMs !== null) window ??= windowOf(createdMs, sizeMs);
    },
    close: () => {
      window = null;
    },
    isOver: (next, now) => window !== null && (next?.createdMs ?? now) >= window.endMs,
    members: (sourceArn, shardId, isFinal) =>
      window === null ? {} : windowMembers(window, sourceArn, shardId, isFinal),
    accept: (answer, isFinal) => {
      if (sizeMs === null) return true;
      const state = (answer as { state?: unknown } | null | undefined)?.state;
      if (typeof state !== "object" || state === null) return false;
      if (window !== null && !isFinal) window.state = state;
      return true;
    },
  };
}
