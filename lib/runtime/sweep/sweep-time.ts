import type { TimeBudget } from "#runtime/queue.ts";

/** What is left of an invocation when the sweep takes up nothing more: what it has taken up is done by then. */
const reserveMs = 10_000;

/** A sweep: when it began, and whether it may take up more. */
export type SweepTime = { nowMs: number; isOver: () => boolean };

/** The time of a sweep that uses nearly all that its invocation has. */
export function sweepTime(nowMs: number, budget: TimeBudget): SweepTime {
  return { nowMs, isOver: () => budget.remainingMs() < reserveMs };
}
