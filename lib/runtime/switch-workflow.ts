import type { disableWorkflow, enableWorkflow } from "#contract/routes/workflows.ts";
import { workflowView } from "#contract/workflow-fields.ts";
import { switched } from "#domain/workflow-commands.ts";
import { loadDefinition } from "#store/definitions.ts";
import { loadWorkflow, replaceWorkflow } from "#store/workflows.ts";
import type { ApiRequest } from "./api-request.ts";
import { type HttpAnswer, resource } from "./http-answer.ts";

/** Lets a workflow be triggered, or not. Doing it again changes nothing, and answers the same. */
export async function switchWorkflow(
  request: ApiRequest<typeof enableWorkflow | typeof disableWorkflow>,
  enabled: boolean,
): Promise<HttpAnswer> {
  const loaded = await loadWorkflow(request.param("id"));
  const { workflow } = loaded;
  request.assertIfMatch(workflow.version);
  const next = switched(workflow, enabled, request.nowMs);
  const definition = await loadDefinition(workflow.id, workflow.definitionVersion);
  const answer = resource(200, workflowView(next ?? workflow, definition));
  return request.commit(answer, next === null ? [] : replaceWorkflow(loaded, next, null));
}
