import { archiveWorkflow } from "#contract/routes/workflows.ts";
import { archived } from "#domain/workflow-commands.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { loadWorkflow, replaceWorkflow } from "#store/workflows.ts";

export const handler = api(archiveWorkflow, async (request) => {
  const loaded = await loadWorkflow(request.param("id"));
  request.assertIfMatch(loaded.workflow.version);
  const next = archived(loaded.workflow, request.nowMs);
  return request.commit(noContent(), next === null ? [] : replaceWorkflow(loaded, next, null));
});
