import { advancedBulk, isBulkDone, type ListedStep } from "#domain/bulk-job.ts";
import type { Job } from "#domain/job.ts";
import type { ProcessFilters, ProcessOutcome } from "#domain/process-job.ts";
import { processRecord } from "#domain/record.ts";
import { classificationRules } from "#runtime/classification-rules.ts";
import { writeIdOf } from "#runtime/identity.ts";
import { commit } from "#store/commit.ts";
import { positionSchema } from "#store/list-page.ts";
import { listRecords } from "#store/record-list.ts";
import { findRecord, replaceRecord } from "#store/records.ts";
import type { JobStep } from "./job-step.ts";

/** Records of one step. Their ids are kept in the job's item. */
const stepSize = 25;

/** Lists the records of a job's next step; `position` {} is the start. A step may be short, or empty, while the list goes on. */
export async function listStep(filters: ProcessFilters, position: unknown, nowMs: number): Promise<ListedStep> {
  if (position === null) return { next: [], position: null };
  const query = { ...filters, status: "pending", sortBy: "created_at", forward: true } as const;
  const page = await listRecords(query, stepSize, positionSchema.parse(position), nowMs);
  return { next: page.records.map((record) => record.id), position: page.next };
}

/**
 * Processes the records of the due step and lists the next. Each is written under an id of job and record, by which a
 * step that is done twice knows its own work.
 */
export const processRecords: JobStep<"process"> = async ({ job, requestId }, nowMs) => {
  const outcomes = await Promise.all(job.state.next.map((id) => processOne(job, id, requestId, nowMs)));
  const following = await listStep(job.state.filters, job.state.position, nowMs);
  const state = advancedBulk(job.state, outcomes, following);
  return { state, done: isBulkDone(state) };
};

async function processOne(job: Job, id: string, requestId: string, nowMs: number): Promise<ProcessOutcome> {
  const writeId = writeIdOf(job.id, id);
  for (;;) {
    const loaded = await findRecord(id, nowMs);
    if (loaded === null) return "skipped";
    const { record, writeIds } = loaded;
    if (record.status !== "pending") return writeIds.includes(writeId) ? record.status : "skipped";
    const next = processRecord(record, classificationRules, nowMs);
    const { committed } = await commit(replaceRecord(loaded, next), { writeId, requestId });
    if (committed && next.status !== "pending") return next.status;
  }
}
