import { dayOf } from "./instant.ts";
import { type RunStatus, triggeredAtMs } from "./run.ts";
import type { Tally } from "./tally.ts";

/** How a run is counted: by workflow, and once it has ended (`finishedAtMs`) by how long that took from its trigger on. */
export function runTally(run: {
  id: string;
  status: RunStatus;
  workflowId: string;
  finishedAtMs: number | null;
}): Tally {
  const { status, workflowId, finishedAtMs } = run;
  const createdMs = triggeredAtMs(run);
  return {
    family: "run",
    day: dayOf(createdMs),
    status,
    values: { workflow: workflowId },
    // Its end may have been told by another machine, whose clock is behind.
    durationMs: finishedAtMs === null ? null : Math.max(0, finishedAtMs - createdMs),
  };
}
