import { redriveJobView, redriveRuns } from "#contract/routes/redrive-jobs.ts";
import { isBulkDone, newBulk } from "#domain/bulk-job.ts";
import { newJob } from "#domain/job.ts";
import { redriveOutcomes } from "#domain/redrive-job.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { listFailed } from "#runtime/jobs/list-failed.ts";
import { startJob } from "#runtime/jobs/start-job.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(redriveRuns, async (request) => {
  const { workflow_id = null, tag = null, started_after = null, started_before } = request.body();
  const workflowId = workflow_id === null ? null : (await loadWorkflow(workflow_id)).workflow.id;
  const createdBeforeMs = Math.min(started_before ?? request.nowMs, request.nowMs);
  const filters = { workflowId, tag, createdAfterMs: started_after, createdBeforeMs };
  const state = newBulk(filters, redriveOutcomes, await listFailed(filters, {}, request.nowMs));
  const job = newJob("redrive", newId(request.nowMs), state, isBulkDone(state), request.nowMs);
  return startJob(request, job, resource(202, redriveJobView(job), `/api/v1/runs/redrive/${job.id}`));
});
