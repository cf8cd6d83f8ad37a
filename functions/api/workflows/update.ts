import { updateWorkflow } from "#contract/routes/workflows.ts";
import { workflowView } from "#contract/workflow-fields.ts";
import { edited } from "#domain/workflow-commands.ts";
import { api } from "#runtime/api.ts";
import { definitionViolations } from "#runtime/check-definition.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadDefinition } from "#store/definitions.ts";
import { loadWorkflow, replaceWorkflow } from "#store/workflows.ts";

export const handler = api(updateWorkflow, async (request) => {
  const loaded = await loadWorkflow(request.param("id"));
  const { workflow } = loaded;
  const input = request.body(definitionViolations);
  request.assertIfMatch(workflow.version);
  const current = await loadDefinition(workflow.id, workflow.definitionVersion);
  const next = edited(workflow, current, input, request.nowMs);
  if (next === null) return resource(200, workflowView(workflow, current));
  const answer = resource(200, workflowView(next.workflow, next.definition ?? current));
  return request.commit(answer, replaceWorkflow(loaded, next.workflow, next.definition));
});
