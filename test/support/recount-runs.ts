import { expect } from "vitest";
import { quantileErrorMax } from "#domain/duration-sketch.ts";
import { type RunStatus, runStatuses } from "#domain/run.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import type { CountedRun } from "./run-heads.ts";

/** What a report on some runs must say, by counting and sorting them. */
export function recountRuns(runs: readonly CountedRun[]) {
  const byStatus = Object.fromEntries(runStatuses.map((status) => [status, 0])) as Record<RunStatus, number>;
  for (const { status } of runs) byStatus[status]++;
  const durations = runs.flatMap(({ id, finishedAtMs }) =>
    finishedAtMs === null ? [] : finishedAtMs - uuid7TimeMs(id),
  );
  return { total: runs.length, byStatus, durations: durationsAbout(durations) };
}

/** What a report must say of some durations: how many, and quantiles within what it promises of the exact ones. */
export function durationsAbout(all: readonly number[]) {
  const sorted = all.toSorted((a, b) => a - b);
  const about = (q: number) => {
    const exact = sorted[Math.floor(q * (sorted.length - 1))];
    return exact === undefined ? null : expect.closeTo(exact, -Math.log10(2 * quantileErrorMax * exact) - 1e-9);
  };
  return { count: sorted.length, p50_ms: about(0.5), p95_ms: about(0.95) };
}
