import { machineView } from "#contract/machine-fields.ts";
import { getDefinition } from "#contract/routes/definitions.ts";
import { api } from "#runtime/api.ts";
import { savedMachineWarnings } from "#runtime/check-machine.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadDefinedMachine, loadMachineDefinition } from "#store/machine-definitions.ts";

export const handler = api(getDefinition, async (request) => {
  const { machine } = await loadDefinedMachine(request.param("id"));
  const definition = await loadMachineDefinition(machine.id, machine.definitionVersion);
  return resource(200, machineView(machine, definition, await savedMachineWarnings(definition)));
});
