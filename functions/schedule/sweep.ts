import { scheduled } from "#runtime/schedule.ts";
import { sweepDeliveries } from "#runtime/sweep/sweep-deliveries.ts";
import { sweepInstances } from "#runtime/sweep/sweep-instances.ts";
import { sweepJobs } from "#runtime/sweep/sweep-jobs.ts";
import { sweepRuns } from "#runtime/sweep/sweep-runs.ts";
import { sweepTime } from "#runtime/sweep/sweep-time.ts";
import { visitRuns } from "#runtime/sweep/visit-runs.ts";

const sweeps = { sweepJobs, visitRuns, sweepRuns, sweepDeliveries, sweepInstances };

/**
 * Sends again what is overdue: its message was lost, its worker died, or it waited for longer than a message can. Each
 * sweep goes to its end, or to that of the time, whatever becomes of the others, since what still runs after a failure would
 * be frozen.
 */
export const handler = scheduled("sweep", async (nowMs, budget) => {
  const names = Object.keys(sweeps);
  const time = sweepTime(nowMs, budget);
  const outcomes = await Promise.allSettled(Object.values(sweeps).map((sweep) => sweep(time)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  return Object.fromEntries(outcomes.map((outcome, at) => [names[at], "value" in outcome ? outcome.value : null]));
});
