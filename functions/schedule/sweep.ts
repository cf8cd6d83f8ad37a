import { scheduled } from "#runtime/schedule.ts";
import { sweepDeliveries } from "#runtime/sweep/sweep-deliveries.ts";
import { sweepInstances } from "#runtime/sweep/sweep-instances.ts";
import { sweepJobs } from "#runtime/sweep/sweep-jobs.ts";
import { sweepRuns } from "#runtime/sweep/sweep-runs.ts";
import { visitRuns } from "#runtime/sweep/visit-runs.ts";

/** Sends again what is overdue: its message was lost, its worker died, or it waited for longer than a message can. */
export const handler = scheduled("sweep", async (nowMs) => {
  const [jobs, visited, runs, deliveries, instances] = await Promise.all([
    sweepJobs(nowMs),
    visitRuns(nowMs),
    sweepRuns(nowMs),
    sweepDeliveries(nowMs),
    sweepInstances(nowMs),
  ]);
  return { jobs, visited, runs, deliveries, instances };
});
