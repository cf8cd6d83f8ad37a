import type { MessageOf } from "#contract/queue-messages.ts";
import { deleteObjects } from "#store/objects.ts";
import { findRun, removeRunParts } from "#store/runs.ts";
import { outputsPrefix } from "./outputs.ts";

/** Removes what belonged to a run that is gone: its payload, its journal and its long outputs. Doing it twice does no harm. */
export async function clearRun(message: MessageOf<"clear_run">): Promise<void> {
  if ((await findRun(message.run_id, Date.now())) !== null) return;
  await removeRunParts(message.run_id);
  await deleteObjects(outputsPrefix(message.run_id));
}
