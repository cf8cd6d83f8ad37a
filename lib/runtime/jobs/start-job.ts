import type { Job } from "#domain/job.ts";
import type { ApiRequest } from "#runtime/api-request.ts";
import type { HttpAnswer } from "#runtime/http-answer.ts";
import { logger } from "#runtime/logger.ts";
import { insertJob } from "#store/jobs.ts";
import { sendMessage } from "#store/queue.ts";

/** Saves a job and sends its first message. The message is a hint: when it is lost, the sweep sends it. */
export async function startJob(request: ApiRequest, job: Job, answer: HttpAnswer): Promise<HttpAnswer> {
  const committed = await request.commit(answer, [insertJob(job)]);
  if (job.status === "running") {
    await sendMessage({ type: "advance_job", job_id: job.id, request_id: request.requestId }).catch((error) =>
      logger.warn("the message was not sent; the sweep will send it", error as Error),
    );
  }
  return committed;
}
