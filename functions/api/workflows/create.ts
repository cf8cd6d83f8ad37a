import { createWorkflow } from "#contract/routes/workflows.ts";
import { workflowView } from "#contract/workflow-fields.ts";
import { DomainError } from "#domain/domain-error.ts";
import { newWorkflow } from "#domain/workflow-commands.ts";
import { api } from "#runtime/api.ts";
import { definitionViolations } from "#runtime/check-definition.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { insertWorkflow, workflowIdOf } from "#store/workflows.ts";

export const handler = api(createWorkflow, async (request) => {
  const { ownId, ...input } = request.body(definitionViolations);
  if (ownId !== null && (await workflowIdOf(ownId)) !== null) {
    throw new DomainError(
      "state_conflict",
      `A workflow with the id ${ownId} exists already. Change it, or choose another.`,
    );
  }
  const workflow = newWorkflow(input, newId(request.nowMs), ownId);
  const view = { message: "Workflow created successfully" as const, ...workflowView(workflow, input.definition) };
  const answer = resource(201, view, `/api/v1/workflows/${workflow.id}`);
  return request.commit(answer, insertWorkflow(workflow, input.definition));
});
