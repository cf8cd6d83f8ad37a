import { startInstance } from "#contract/routes/instances.ts";
import { DomainError } from "#domain/domain-error.ts";
import { newInstance, stateOf } from "#domain/instance.ts";
import { asSwitched } from "#domain/machine-definition.ts";
import { api } from "#runtime/api.ts";
import { newId, newWriteId } from "#runtime/identity.ts";
import { instanceAnswer } from "#runtime/instances/instance-answer.ts";
import { sendInstance } from "#runtime/instances/instance-message.ts";
import { shownNew } from "#runtime/instances/shown-instance.ts";
import { claimableOwnId, insertInstance } from "#store/instances.ts";
import { noteLiveInstance } from "#store/live-instances.ts";
import { loadDefinedMachine, loadMachineDefinition } from "#store/machine-definitions.ts";

export const handler = api(startInstance, async (request) => {
  const { nowMs, requestId } = request;
  const { definition_id, id, data } = request.body();
  const ownId = id ?? null;
  const { machine } = await loadDefinedMachine(definition_id);
  const said = await loadMachineDefinition(machine.id, machine.definitionVersion);
  const definition = asSwitched(said, machine.disabled);
  const instance = newInstance({ id: newId(nowMs), ownId }, machine, definition);
  if (!stateOf(definition, instance.stateId).enabled) {
    throw new DomainError("state_conflict", `State ${instance.stateId}, where instances start, is disabled.`);
  }
  const claim = ownId === null ? null : await claimableOwnId(ownId, nowMs);
  await noteLiveInstance(machine.id, instance.id, nowMs, { writeId: newWriteId(), requestId });
  const view = await shownNew({ instance, definition, data: data ?? {} }, request.caller.roles);
  const answer = instanceAnswer(201, view, `/api/instances/${instance.id}`);
  const committed = await request.commit(answer, insertInstance(instance, data ?? {}, claim));
  await sendInstance(instance, requestId);
  return committed;
});
