import type { JournalEntry } from "./journal.ts";
import { type Run, triggeredAtMs } from "./run.ts";

/** The names of events, by what happened. */
export const eventTypeOf = {
  attempt_failed: "step.attempt_failed",
  step_completed: "step.completed",
  step_failed: "step.failed",
  completed: "workflow.completed",
  paused: "workflow.paused",
  resumed: "workflow.resumed",
  cancelled: "workflow.cancelled",
  retried: "workflow.retried",
} as const satisfies Record<JournalEntry["type"], string>;

export type EventType = "workflow.trigger" | (typeof eventTypeOf)[keyof typeof eventTypeOf];

/** Every type of event. */
export const eventTypes = [
  "workflow.trigger",
  "workflow.completed",
  "workflow.paused",
  "workflow.resumed",
  "workflow.cancelled",
  "workflow.retried",
  "step.completed",
  "step.failed",
  "step.attempt_failed",
] as const satisfies readonly EventType[];

/** An event of a run. `sequence` counts the run's events from 1, which is its trigger: the only one without an entry. */
export type RunEvent = { sequence: number; atMs: number; type: EventType; entry: JournalEntry | null };

/** The id of an event: the same whenever it is told again. */
export function eventIdOf(runId: string, sequence: number): string {
  return `${runId}_${sequence}`;
}

/**
 * The events of a run after the first `count`, in order.
 *
 * @param entries those of its journal that are at hand
 */
export function eventsAfter(count: number, run: Run, entries: readonly JournalEntry[]): RunEvent[] {
  const trigger = { sequence: 1, atMs: triggeredAtMs(run), type: "workflow.trigger", entry: null } as const;
  const told = entries.map((entry) => {
    const { sequence, atMs, type } = entry;
    return { sequence, atMs, type: eventTypeOf[type], entry };
  });
  return [trigger, ...told].filter(({ sequence }) => sequence > count);
}
