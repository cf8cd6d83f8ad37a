import { logger } from "#runtime/logger.ts";
import { backlog } from "#store/queue.ts";

/** With more messages waiting than this, what seems lost is likely among them. */
const backlogMax = 1_000;

/** True while the queue has a backlog: to send again what seems lost would only make it longer. */
export async function isBusy(): Promise<boolean> {
  const waiting = await backlog();
  if (waiting > backlogMax) logger.warn("what is overdue waits for the queue", { messages: waiting });
  return waiting > backlogMax;
}
