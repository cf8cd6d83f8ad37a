import { lookAtRun } from "#domain/run-due.ts";
import { moveDue } from "#store/due.ts";
import { environment } from "#store/environment.ts";
import { dueMsOf, runKey } from "#store/keys.ts";
import { type LoadedRun, parseRun } from "#store/run-head.ts";
import { type DueFamily, type Swept, sweepDue } from "./sweep-due.ts";
import type { SweepTime } from "./sweep-time.ts";

const runs: DueFamily<LoadedRun> = {
  family: "run",
  keyOf: runKey,
  read: (item) => parseRun(item),
  placeMs: ({ due }) => dueMsOf(due ?? ""),
  look: ({ run }, placeMs, nowMs) => lookAtRun(run, placeMs, environment().LEASE_EPOCH, nowMs),
  move: ({ run: { id, version } }, dueMs, toMs) => moveDue(runKey(id), { version, dueMs }, toMs),
  message: ({ run: { id, fence, wakeAtMs }, requestId }) => ({
    message: { type: "advance_run", run_id: id, fence, request_id: requestId },
    atMs: wakeAtMs,
  }),
};

/** Sends the runs whose wait ends soon, to arrive when it does, and again those that should have been moved on by now. */
export function sweepRuns(time: SweepTime): Promise<Swept> {
  return sweepDue(runs, time);
}
