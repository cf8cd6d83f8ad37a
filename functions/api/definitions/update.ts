import { machineView } from "#contract/machine-fields.ts";
import { updateDefinition } from "#contract/routes/definitions.ts";
import { asNamed, editedMachine } from "#domain/machine-commands.ts";
import { api } from "#runtime/api.ts";
import { assertMayHook, machineBodyViolations, savedMachineWarnings } from "#runtime/check-machine.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadDefinedMachine, loadMachineDefinition, replaceMachine } from "#store/machine-definitions.ts";

export const handler = api(updateDefinition, async (request) => {
  const loaded = await loadDefinedMachine(request.param("id"));
  const { machine } = loaded;
  const input = asNamed(request.body(machineBodyViolations), machine.ownId ?? machine.id);
  assertMayHook(request.caller, input.definition);
  request.assertIfMatch(machine.version);
  const current = await loadMachineDefinition(machine.id, machine.definitionVersion);
  const next = editedMachine(machine, current, input, request.nowMs);
  const definition = next?.definition ?? current;
  const view = machineView(next?.machine ?? machine, definition, await savedMachineWarnings(definition));
  return request.commit(
    resource(200, view),
    next === null ? [] : replaceMachine(loaded, next.machine, next.definition),
  );
});
