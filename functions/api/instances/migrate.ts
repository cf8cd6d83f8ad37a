import { migrateInstance } from "#contract/routes/instances.ts";
import { DomainError } from "#domain/domain-error.ts";
import { saved } from "#domain/instance.ts";
import { migrated } from "#domain/instance-commands.ts";
import { asSwitched } from "#domain/machine-definition.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { changeInstance } from "#runtime/instances/change-instance.ts";
import { instanceEtag } from "#runtime/instances/instance-answer.ts";
import { loadJudged } from "#runtime/instances/load-judged.ts";
import { shownInstance } from "#runtime/instances/shown-instance.ts";
import { findMachineDefinition, loadMachineAt } from "#store/machine-definitions.ts";

export const handler = api(migrateInstance, async (request) => {
  const { loaded, judged: before } = await loadJudged(request.param("id"), request.nowMs);
  const { instance } = loaded;
  const body = request.body();
  const { machine } = await loadMachineAt(instance.machineId, instance.definitionVersion);
  const version = body.definition_version ?? machine.definitionVersion;
  const found = await findMachineDefinition(machine.id, version);
  if (found === null) {
    const message = `definition_version: there is no version ${version}; the newest is ${machine.definitionVersion}.`;
    throw new DomainError("validation_failed", message);
  }
  request.assertIfMatch(instance.version);
  const definition = asSwitched(found.definition, machine.disabled);
  const { roles, name: by } = request.caller;
  const changed = version !== instance.definitionVersion;
  const to = { version, definition, stateMap: body.state_map };
  const next = changed ? migrated(instance, before.definition, to, by, request.nowMs) : instance;
  const told = {
    dry_run: body.dry_run,
    changed,
    from_version: instance.definitionVersion,
    to_version: version,
    from_state_id: instance.stateId,
    to_state_id: next.stateId,
  };
  if (!changed || body.dry_run) {
    const would = { instance: changed ? saved(next) : instance, definition, data: before.data };
    const view = await shownInstance(loaded, would, roles);
    return request.commit(json({ ...told, instance: view, version: view.version }), []);
  }
  return changeInstance(request, loaded, before, { instance: next, definition, data: null, hook: null }, (view) =>
    json({ ...told, instance: view, version: view.version }, { etag: instanceEtag(view) }),
  );
});
