import type { archiveDefinition } from "#contract/routes/definitions.ts";
import { DomainError } from "#domain/domain-error.ts";
import { archivedMachine } from "#domain/machine-commands.ts";
import { overInstances } from "#store/instances.ts";
import { doneArchival, hasLiveInstance, holdArchival, releaseArchival } from "#store/live-instances.ts";
import { loadDefinedMachine, replaceMachine } from "#store/machine-definitions.ts";
import type { ApiRequest } from "./api-request.ts";
import { type HttpAnswer, noContent } from "./http-answer.ts";
import { newWriteId } from "./identity.ts";

/**
 * Archives a machine of which no instance lives, and holds off starts while it looks.
 *
 * @throws DomainError `state_conflict` while one lives, `operation_in_progress` when somebody else archives it as well.
 */
export async function archiveMachine(request: ApiRequest<typeof archiveDefinition>): Promise<HttpAnswer> {
  const loaded = await loadDefinedMachine(request.param("id"));
  const { machine } = loaded;
  request.assertIfMatch(machine.version);
  const next = archivedMachine(machine, request.nowMs);
  if (next === null) return noContent();
  const by = () => ({ writeId: newWriteId(), requestId: request.requestId });
  const held = await holdArchival(machine.id, request.nowMs, by());
  try {
    if (await hasLiveInstance(machine.id, overInstances, request.nowMs)) {
      throw new DomainError("state_conflict", "Instances of this definition are not final yet. End them first.");
    }
    return await request.commit(noContent(), [...replaceMachine(loaded, next, null), doneArchival(held)]);
  } catch (error) {
    await releaseArchival(held, by());
    throw error;
  }
}
