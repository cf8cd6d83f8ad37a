import { type DayRange, pastDaysIn } from "#domain/report-range.ts";
import { durationsByWorkflow } from "#domain/run-summary.ts";
import { parseCounterName } from "#domain/tally.ts";
import type { Counts } from "./read-counter-items.ts";
import { readAllTime, readDays } from "./read-counters.ts";
import { readAllTimeDurations, readDurations } from "./read-durations.ts";

/** What a report on runs is made of. `byWorkflow`: the durations hold those of each workflow too, not of all together alone. */
export type RunReportCounts = { counts: Counts; durations: ReadonlyMap<string, number>; byWorkflow: boolean };

/**
 * Reads what a report on runs of some days (null: of all time) needs, of one workflow (null: of all). Whatever the volume
 * it makes at most 8 small reads of all time, and of days 4 more for each workflow that is told by itself.
 */
export async function readRunReport(
  range: DayRange | null,
  workflowId: string | null,
  today: string,
): Promise<RunReportCounts> {
  const counts = await (range === null ? readAllTime("run") : readDays("run", range.from, range.to));
  const workflows = workflowsIn(counts);
  const byWorkflow = workflowId !== null || areFew(workflows, range === null ? 1 : pastDaysIn(range, today));
  const names = workflowId !== null ? [workflowId] : [null, ...(byWorkflow ? workflows : [])];
  const durations =
    range === null
      ? await readAllTimeDurations("run", byWorkflow && workflowId === null ? "everyone" : names)
      : await readDurations("run", names, range.from, range.to);
  return { counts, durations: durations.counters, byWorkflow };
}

function areFew(workflows: readonly string[], days: number): boolean {
  return workflows.length <= durationsByWorkflow.workflowsMax && days <= durationsByWorkflow.daysMax;
}

function workflowsIn({ counters }: Counts): string[] {
  const parsed = [...counters.keys()].map(parseCounterName);
  return [...new Set(parsed.flatMap((counter) => (counter?.dimension === "workflow" ? [counter.value] : [])))];
}
