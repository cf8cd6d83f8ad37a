import { type RunStatus, runStatuses } from "./run.ts";
import { type Table, tabulate, totalIn } from "./tabulate.ts";

/** What of the runs to count; null: any. */
export type RunFilters = { status: RunStatus | null; workflowId: string | null };

/** How many workflows have durations of their own in one report, and of how many days: each has a sketch for each day. */
export const durationsByWorkflow = { workflowsMax: 50, daysMax: 31 } as const;

/** Counts of runs by status, and by workflow (`byValue`), of those that match. */
export function summarizeRuns(
  counters: ReadonlyMap<string, number>,
  { status, workflowId }: RunFilters,
): Table<RunStatus> {
  return tabulate(counters, "workflow", runStatuses, { status, value: workflowId });
}

/** What a list of runs asks for, as far as it matters for their number; what is not said is any. */
type RunsAsked = RunFilters & {
  tag?: string | null;
  createdAfterMs?: number | null;
  createdBeforeMs?: number | null;
};

/**
 * How many runs a list matches in all, where the counters know it; null where it would need a scan: with a tag, with
 * times, and for a workflow past those that are counted by name.
 */
export function totalOfRuns(counters: ReadonlyMap<string, number>, asked: RunsAsked): number | null {
  const { status, workflowId, tag = null, createdAfterMs = null, createdBeforeMs = null } = asked;
  if (tag !== null || createdAfterMs !== null || createdBeforeMs !== null) return null;
  return totalIn(counters, "workflow", { status, value: workflowId });
}
