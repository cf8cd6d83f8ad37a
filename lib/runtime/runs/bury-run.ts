import type { MessageOf } from "#contract/queue-messages.ts";
import { duenessOf } from "#domain/run-due.ts";
import { claimsMax, failedRun } from "#domain/run-engine.ts";
import { newWriteId } from "#runtime/identity.ts";
import { loadDefinition } from "#store/definitions.ts";
import { environment } from "#store/environment.ts";
import { findRun, saveRun } from "#store/runs.ts";

/**
 * Fails the run of a dead letter, if nobody was there since the message was sent and the run has used up what it may: one
 * that kills its workers. Any other is left to the sweep: it was the workers that failed, not the run.
 */
export async function buryRun(message: MessageOf<"advance_run">): Promise<void> {
  const nowMs = Date.now();
  const loaded = await findRun(message.run_id, nowMs);
  if (loaded === null || loaded.run.fence !== message.fence) return;
  if (duenessOf(loaded.run, environment().LEASE_EPOCH, nowMs).kind !== "due") return;
  const definition = await loadDefinition(loaded.run.workflowId, loaded.run.definitionVersion);
  if (loaded.run.claims < claimsMax(definition)) return;
  const failed = failedRun(loaded.run, "Its messages failed again and again.", nowMs);
  await saveRun(loaded, failed, { writeId: newWriteId(), requestId: loaded.requestId });
}
