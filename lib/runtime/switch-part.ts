import { machineView } from "#contract/machine-fields.ts";
import type { Route } from "#contract/route.ts";
import { DomainError } from "#domain/domain-error.ts";
import { type PartKind, switchedMachine } from "#domain/machine-commands.ts";
import type { DefinedMachine } from "#domain/machine-definition.ts";
import {
  listMachineDefinitions,
  loadDefinedMachine,
  loadMachineDefinition,
  replaceMachine,
} from "#store/machine-definitions.ts";
import type { ApiRequest } from "./api-request.ts";
import { savedMachineWarnings } from "./check-machine.ts";
import { type HttpAnswer, resource } from "./http-answer.ts";

/** How many versions back a state or action is looked for: instances of an earlier version may be what is to be stopped. */
const versionsMax = 50;

/**
 * Enables or disables a state or action in every version of a definition. Doing it again changes nothing, and answers the
 * same.
 *
 * @throws DomainError `resource_not_found` when no definition, or none of its newest 50 versions, has it.
 */
export async function switchPart(
  request: ApiRequest<Route>,
  kind: PartKind,
  partId: string,
  enabled: boolean,
): Promise<HttpAnswer> {
  const loaded = await loadDefinedMachine(request.param("id"));
  const { machine } = loaded;
  const definition = await loadMachineDefinition(machine.id, machine.definitionVersion);
  const isThere = definition[kind].some(({ id }) => id === partId) || machine.disabled[kind].includes(partId);
  if (!isThere && !(await hasEarlier(machine, kind, partId))) {
    throw new DomainError("resource_not_found", `${kind === "states" ? "State" : "Action"} not found`);
  }
  request.assertIfMatch(machine.version);
  const switches = { states: [], actions: [], [kind]: [[partId, enabled] as const] };
  const next = switchedMachine(machine, switches, request.nowMs);
  const answer = resource(200, machineView(next ?? machine, definition, await savedMachineWarnings(definition)));
  return request.commit(answer, next === null ? [] : replaceMachine(loaded, next, null));
}

async function hasEarlier(machine: DefinedMachine, kind: PartKind, partId: string): Promise<boolean> {
  const { versions } = await listMachineDefinitions(machine, versionsMax, { before: null, skip: 0 });
  return versions.some(({ definition }) => definition[kind].some(({ id }) => id === partId));
}
