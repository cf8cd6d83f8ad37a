import { machineView } from "#contract/machine-fields.ts";
import { createDefinition } from "#contract/routes/definitions.ts";
import { DomainError } from "#domain/domain-error.ts";
import { asNamed, newMachine } from "#domain/machine-commands.ts";
import { api } from "#runtime/api.ts";
import { assertMayHook, machineBodyViolations, savedMachineWarnings } from "#runtime/check-machine.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { insertMachine, machineIdOf } from "#store/machine-definitions.ts";

export const handler = api(createDefinition, async (request) => {
  const { ownId, ...sent } = request.body(machineBodyViolations);
  const id = newId(request.nowMs);
  const input = asNamed(sent, ownId ?? id);
  assertMayHook(request.caller, input.definition);
  if (ownId !== null && (await machineIdOf(ownId)) !== null) {
    throw new DomainError(
      "state_conflict",
      `A definition with the id ${ownId} exists already. Change it, or choose another.`,
    );
  }
  const machine = newMachine(input, id, ownId);
  const view = machineView(machine, input.definition, await savedMachineWarnings(input.definition));
  const answer = resource(201, view, `/api/definitions/${machine.id}`);
  return request.commit(answer, insertMachine(machine, input.definition));
});
