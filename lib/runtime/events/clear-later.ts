import type { MessageOf } from "#contract/queue-messages.ts";
import { messageDelayMsMax } from "#domain/run-due.ts";
import { sendMessage } from "#store/queue.ts";

/**
 * Has a run that is gone cleared another time. Its message is no hint: once the queue has given it up, nothing else knows
 * that something of the run is left.
 */
export function clearLater(message: MessageOf<"clear_run">): Promise<void> {
  return sendMessage(message, messageDelayMsMax);
}
