import type { Delivery } from "#domain/delivery.ts";
import { messageDelayMsMax } from "#domain/run-due.ts";
import { logger } from "#runtime/logger.ts";
import { sendMessage } from "#store/queue.ts";

/**
 * Sends the message that an undelivered one waits for: at once, or held back until it is due. Waits that are too long for
 * that are ended by the sweep. A message that could not be sent is the sweep's too, so this never fails.
 */
export async function sendDelivery({ id, nextAttemptAtMs }: Delivery, requestId: string): Promise<void> {
  if (nextAttemptAtMs === null) return;
  const delayMs = Math.max(nextAttemptAtMs - Date.now(), 0);
  if (delayMs > messageDelayMsMax) return;
  const message = { type: "deliver_event", delivery_id: id, request_id: requestId } as const;
  await sendMessage(message, delayMs).catch((error) =>
    logger.warn("the message was not sent; the sweep will send it", error as Error),
  );
}
