import type { Instance } from "#domain/instance.ts";
import { messageDelayMsMax } from "#domain/run-due.ts";
import { logger } from "#runtime/logger.ts";
import { hasParts, type LoadedInstance } from "#store/instance-head.ts";
import { sendMessage } from "#store/queue.ts";

/**
 * Sends the message that a timer of an instance waits for, held back until it is due. Timers that are too far for that, and
 * messages that could not be sent, are the sweep's, so this never fails.
 */
export async function sendInstance(instance: Instance, requestId: string): Promise<void> {
  const { id, dueAtMs } = instance;
  if (dueAtMs === null) return;
  const delayMs = Math.max(dueAtMs - Date.now(), 0);
  if (delayMs <= messageDelayMsMax) await send(id, requestId, delayMs);
}

/** Sends the message by which the parts of an erased instance are cleared away, if it has any. It never fails, likewise. */
export async function sendClearing(loaded: LoadedInstance, requestId: string): Promise<void> {
  if (hasParts(loaded)) await send(loaded.instance.id, requestId, 0);
}

async function send(id: string, requestId: string, delayMs: number): Promise<void> {
  await sendMessage({ type: "advance_instance", instance_id: id, request_id: requestId }, delayMs).catch((error) =>
    logger.warn("the message was not sent; the sweep will send it", error as Error),
  );
}
