import { getWorkflowVersion } from "#contract/routes/workflows.ts";
import { definitionVersionView } from "#contract/workflow-fields.ts";
import { DomainError } from "#domain/domain-error.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { findDefinition } from "#store/definitions.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(getWorkflowVersion, async (request) => {
  const { workflow } = await loadWorkflow(request.param("id"));
  const text = request.param("version");
  const found = /^[1-9]\d{0,7}$/.test(text) ? await findDefinition(workflow.id, Number(text)) : null;
  if (found === null)
    throw new DomainError("resource_not_found", `Version not found: the newest is ${workflow.definitionVersion}.`);
  return json(definitionVersionView(workflow.id, found));
});
