import type { MessageOf } from "#contract/queue-messages.ts";
import { nextJob } from "#domain/job.ts";
import { writeIdOf } from "#runtime/identity.ts";
import type { WorkBudget } from "#runtime/queue.ts";
import { commit } from "#store/commit.ts";
import { findJob, type LoadedJob, replaceJob } from "#store/jobs.ts";
import { sendMessage } from "#store/queue.ts";
import type { JobStep } from "./job-step.ts";
import { processRecords } from "./process-records.ts";
import { redriveRuns } from "./redrive-runs.ts";
import { verifyReports } from "./verify-reports.ts";

const steps = { process: processRecords, redrive: redriveRuns, verify: verifyReports };

/** A step takes a few seconds at most; with less time left the job is sent on. */
const stepMs = 15_000;

/**
 * Advances a job until it is completed or time is short, then sends it on. A message may come twice, late or not at all:
 * the job is saved on its version, and the sweep sends what is overdue.
 */
export async function advanceJob(message: MessageOf<"advance_job">, budget: WorkBudget): Promise<void> {
  for (;;) {
    const loaded = await findJob(message.job_id);
    if (loaded === null || loaded.job.status === "completed") return;
    if (budget.remainingMs() < stepMs) return sendMessage(message);
    if (!(await advance(loaded))) return; // another worker has it
  }
}

async function advance(loaded: LoadedJob): Promise<boolean> {
  const { job, requestId } = loaded;
  const nowMs = Date.now();
  const { state, done } = await (steps[job.kind] as JobStep<typeof job.kind>)(loaded, nowMs);
  const next = nextJob(job, state, done, nowMs);
  const by = { writeId: writeIdOf(job.id, String(next.version)), requestId };
  return (await commit([replaceJob(loaded, next)], by)).committed;
}
