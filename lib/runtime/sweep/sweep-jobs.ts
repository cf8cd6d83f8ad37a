import { lookAt } from "#domain/sweep-look.ts";
import { moveDue } from "#store/due.ts";
import { type LoadedJob, parseJob } from "#store/jobs.ts";
import { jobKey } from "#store/keys.ts";
import { type DueFamily, type Swept, sweepDue } from "./sweep-due.ts";
import type { SweepTime } from "./sweep-time.ts";

const jobs: DueFamily<LoadedJob> = {
  family: "job",
  keyOf: jobKey,
  read: (item) => parseJob(item),
  placeMs: ({ dueMs }) => dueMs,
  look: ({ job }, dueMs, nowMs) => lookAt({ dueMs, isUnsent: false, sinceMs: job.updatedAtMs }, nowMs),
  move: ({ job: { id, version } }, dueMs, toMs) => moveDue(jobKey(id), { version, dueMs }, toMs),
  message: ({ job, requestId }) => ({
    message: { type: "advance_job", job_id: job.id, request_id: requestId },
    atMs: null,
  }),
};

/** Sends every overdue job again: its message was lost, or its worker died. A job sent twice does no harm. */
export function sweepJobs(time: SweepTime): Promise<Swept> {
  return sweepDue(jobs, time);
}
