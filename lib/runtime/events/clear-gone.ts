import type { MessageOf } from "#contract/queue-messages.ts";
import { sendMessages } from "#store/queue.ts";
import type { RunChange } from "./run-change.ts";

/**
 * Has what belonged to runs that are gone cleared away. It may only be asked for once all their events have been told: those
 * are read from what is cleared. Asking twice does no harm.
 *
 * @returns the changes whose runs are not going to be cleared yet, each with why
 */
export async function clearGone(changes: readonly RunChange[]): Promise<ReadonlyMap<RunChange, unknown>> {
  const gone = changes.filter(({ loaded }) => loaded === null);
  const messages = gone.map(({ runId, requestId }): MessageOf<"clear_run"> => {
    return { type: "clear_run", run_id: runId, request_id: requestId };
  });
  try {
    await sendMessages(messages);
    return new Map();
  } catch (error) {
    return new Map(gone.map((change) => [change, error]));
  }
}
