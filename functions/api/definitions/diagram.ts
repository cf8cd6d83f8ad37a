import { getDefinitionDiagram } from "#contract/routes/definitions.ts";
import { asSwitched } from "#domain/machine-definition.ts";
import { api } from "#runtime/api.ts";
import { diagramAnswer } from "#runtime/diagram-answer.ts";
import { loadDefinedMachine, loadMachineDefinition } from "#store/machine-definitions.ts";

export const handler = api(getDefinitionDiagram, async (request) => {
  const { machine } = await loadDefinedMachine(request.param("id"));
  const { format } = request.query();
  const definition = await loadMachineDefinition(machine.id, machine.definitionVersion);
  const { version } = machine;
  return diagramAnswer(format, asSwitched(definition, machine.disabled), { version, currentStateId: null });
});
