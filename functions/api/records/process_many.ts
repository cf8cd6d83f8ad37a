import { processJobView, processRecords } from "#contract/routes/process-jobs.ts";
import { newProcessJob } from "#domain/process-job.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { listStep } from "#store/process-job-steps.ts";
import { insertJob } from "#store/process-jobs.ts";
import { sendMessage } from "#store/queue.ts";

export const handler = api(processRecords, async (request) => {
  const { category = null, source = null, created_after = null, created_before } = request.body();
  const createdBeforeMs = Math.min(created_before ?? request.nowMs, request.nowMs);
  const filters = { category, source, createdAfterMs: created_after, createdBeforeMs };
  const job = newProcessJob(newId(request.nowMs), filters, await listStep(filters, {}), request.nowMs);
  const answer = await request.commit(resource(202, processJobView(job), `/records/process/${job.id}`), [
    insertJob(job),
  ]);
  await sendMessage({ type: "advance_process_job", job_id: job.id, request_id: request.requestId }).catch((error) =>
    logger.warn("the message was not sent; the sweep will send it", error as Error),
  );
  return answer;
});
