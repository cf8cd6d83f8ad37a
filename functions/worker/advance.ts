import { advanceProcessJob, type ProcessJob, type ProcessOutcome } from "#domain/process-job.ts";
import { processRecord } from "#domain/record.ts";
import { classificationRules } from "#runtime/classification-rules.ts";
import { writeIdOf } from "#runtime/identity.ts";
import { worker } from "#runtime/queue.ts";
import { currentContext } from "#runtime/request-context.ts";
import { commit } from "#store/commit.ts";
import { listStep } from "#store/process-job-steps.ts";
import { type LoadedJob, loadJob, replaceJob } from "#store/process-jobs.ts";
import { sendMessage } from "#store/queue.ts";
import { findRecord, replaceRecord } from "#store/records.ts";

/** A step takes a few seconds at most; with less time left the job is sent on. */
const stepMs = 15_000;

/**
 * Advances a job until it is completed or time is short, then sends it on. A step may be done twice, by a message that
 * comes twice or late: its records are saved in the job before they are touched, each is written under an id of job and
 * record, and the job itself is saved on its version, so nothing is processed or counted twice.
 */
export const handler = worker(async (message, budget) => {
  for (;;) {
    const loaded = await loadJob(message.job_id);
    if (loaded.job.status === "completed") return;
    if (budget.remainingMs() < stepMs) return sendMessage(message);
    if (!(await advance(loaded))) return; // another worker has it
  }
});

async function advance(loaded: LoadedJob): Promise<boolean> {
  const { job } = loaded;
  const outcomes = await Promise.all(job.next.map((id) => processOne(job, id)));
  const following = await listStep(job.filters, job.position);
  const next = advanceProcessJob(job, outcomes, following, Date.now());
  const by = { writeId: writeIdOf(job.id, String(next.version)), requestId: loaded.requestId };
  return (await commit([replaceJob(loaded, next)], by)).committed;
}

async function processOne(job: ProcessJob, id: string): Promise<ProcessOutcome> {
  const writeId = writeIdOf(job.id, id);
  for (;;) {
    const loaded = await findRecord(id);
    if (loaded === null) return "skipped";
    const { record, writeIds } = loaded;
    if (record.status !== "pending") return writeIds.includes(writeId) ? record.status : "skipped";
    const next = processRecord(record, classificationRules, Date.now());
    const by = { writeId, requestId: currentContext()?.requestId ?? "" };
    const { committed } = await commit(replaceRecord(loaded, next), by);
    if (committed && next.status !== "pending") return next.status;
  }
}
