import { getInstanceDiagram } from "#contract/routes/instances.ts";
import { api } from "#runtime/api.ts";
import { diagramAnswer } from "#runtime/diagram-answer.ts";
import { loadInstance } from "#store/instances.ts";
import { loadMachineAt } from "#store/machine-definitions.ts";

export const handler = api(getInstanceDiagram, async (request) => {
  const { instance } = await loadInstance(request.param("id"), request.nowMs);
  const { format } = request.query();
  const { definition } = await loadMachineAt(instance.machineId, instance.definitionVersion);
  const { version, stateId: currentStateId } = instance;
  const answer = diagramAnswer(format, definition, { version, currentStateId });
  const { etag: _etag, ...headers } = answer.headers; // it changes with the definition's switches as well
  return { ...answer, headers };
});
