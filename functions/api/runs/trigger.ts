import { triggerRun } from "#contract/routes/runs.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { prepareRun } from "#runtime/runs/prepare-run.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { insertRun } from "#store/runs.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(triggerRun, async (request) => {
  const { workflow_id, payload, tag } = request.body();
  const { workflow } = await loadWorkflow(workflow_id);
  const input = { payload: payload ?? {}, tag: tag ?? null, by: request.caller.name };
  const run = await prepareRun(workflow, input, newId(request.nowMs), request.nowMs);
  const answer = json(
    {
      run_id: run.id,
      status: "triggered",
      message: "Workflow triggered",
      workflow_id: run.workflowId,
      workflow_version: run.definitionVersion,
    },
    { location: `/api/v1/runs/${run.id}` },
    202,
  );
  const committed = await request.commit(answer, insertRun(run, input.payload));
  await sendRun({ run, requestId: request.requestId });
  return committed;
});
