import { processJobView, processRecords } from "#contract/routes/process-jobs.ts";
import { isBulkDone, newBulk } from "#domain/bulk-job.ts";
import { newJob } from "#domain/job.ts";
import { processOutcomes } from "#domain/process-job.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { listStep } from "#runtime/jobs/process-records.ts";
import { startJob } from "#runtime/jobs/start-job.ts";

export const handler = api(processRecords, async (request) => {
  const { category = null, source = null, created_after = null, created_before } = request.body();
  const createdBeforeMs = Math.min(created_before ?? request.nowMs, request.nowMs);
  const filters = { category, source, createdAfterMs: created_after, createdBeforeMs };
  const state = newBulk(filters, processOutcomes, await listStep(filters, {}, request.nowMs));
  const job = newJob("process", newId(request.nowMs), state, isBulkDone(state), request.nowMs);
  return startJob(request, job, resource(202, processJobView(job), `/records/process/${job.id}`));
});
