import { getWorkflow } from "#contract/routes/workflows.ts";
import { workflowView } from "#contract/workflow-fields.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadDefinition } from "#store/definitions.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(getWorkflow, async (request) => {
  const { workflow } = await loadWorkflow(request.param("id"));
  return resource(200, workflowView(workflow, await loadDefinition(workflow.id, workflow.definitionVersion)));
});
