import { dueBefore } from "#store/due.ts";
import { findJob } from "#store/jobs.ts";
import { sendMessage } from "#store/queue.ts";
import { forEachDue } from "./for-each-due.ts";

/** Jobs sent again in one sweep, of each shard; the rest are for the next. */
const jobsPerShardMax = 25;

/** Sends every overdue job again: its message was lost, or its worker died. A job sent twice does no harm. */
export async function sweepJobs(nowMs: number): Promise<number> {
  const due = await dueBefore("job", nowMs, jobsPerShardMax);
  await forEachDue("job", due, async ({ id }) => {
    const loaded = await findJob(id);
    if (loaded !== null) await sendMessage({ type: "advance_job", job_id: id, request_id: loaded.requestId });
  });
  return due.length;
}
