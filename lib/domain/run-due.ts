import { isFinished, type Run, triggeredAtMs } from "./run.ts";
import { type Look, lookAt, messageMs } from "./sweep-look.ts";

/** How old a run is when it gets a place in the index with every save. What is done by then never stands there. */
const placedAfterMs = 120_000;

/** How long after the time that a write tells it may be made: longer than a request or a worker's invocation lasts. */
export const writingMsMax = 60_000;

/**
 * How old a run is when the sweep looks at it, once. Nobody can be creating it still, and whatever was saved without a place,
 * since its time was too early for one, is there to be seen.
 */
export const visitAfterMs = placedAfterMs + writingMsMax;

/** The longest that a message is held back (SQS: 15 minutes). Longer waits are ended by the sweep. */
export const messageDelayMsMax = 900_000;

/** How things stand with a run for who received a message about it. */
export type Dueness = { kind: "due" } | { kind: "rests" } | { kind: "held" } | { kind: "early"; byMs: number };

/** Whether a run is to be moved on now. A lease of another epoch than ours holds nothing. */
export function duenessOf(run: Run, epoch: string, nowMs: number): Dueness {
  if (isFinished(run) || run.status === "PAUSED") return { kind: "rests" };
  if (run.lease !== null && run.lease.epoch === epoch && run.lease.untilMs > nowMs) return { kind: "held" };
  if (run.wakeAtMs !== null && run.wakeAtMs > nowMs) return { kind: "early", byMs: run.wakeAtMs - nowMs };
  return { kind: "due" };
}

/**
 * When the sweep is to look after an unfinished run, in milliseconds; null: it will look by itself, once, when the run is
 * `visitAfterMs` old. So a run that is done in two minutes never stands in the index, which would cost it two writes.
 */
export function sweepAtMs(run: Run, nowMs: number): number | null {
  if (isFinished(run) || run.status === "PAUSED") return null;
  const placedMs = triggeredAtMs(run) + placedAfterMs;
  return nowMs >= placedMs || (run.wakeAtMs ?? 0) > placedMs ? dueMsOf(run, nowMs) : null;
}

/** A wait that a message can bridge is looked after when the message should have come; a longer one ahead of its end. */
function dueMsOf({ wakeAtMs, lease }: Run, nowMs: number): number {
  if (wakeAtMs === null) return lease?.untilMs ?? nowMs + messageMs;
  return wakeAtMs - nowMs <= messageDelayMsMax ? wakeAtMs + messageMs : wakeAtMs;
}

/**
 * What the sweep does about a run that it finds at its place. Nothing about one that somebody has; one whose wait is not
 * over, and has a message, is looked after when that should have come.
 */
export function lookAtRun(run: Run, dueMs: number, epoch: string, nowMs: number): Look {
  const { wakeAtMs, updatedAtMs } = run;
  const { kind } = duenessOf(run, epoch, nowMs);
  if (kind === "rests" || kind === "held") return { kind: "leave" };
  const isUnsent = wakeAtMs === dueMs;
  if (kind === "early" && !isUnsent && dueMs <= nowMs) return { kind: "move", toMs: dueMsOf(run, nowMs) };
  return lookAt({ dueMs, isUnsent, sinceMs: Math.max(updatedAtMs, wakeAtMs ?? 0) }, nowMs);
}
