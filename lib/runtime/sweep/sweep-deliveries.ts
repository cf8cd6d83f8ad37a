import { deliveryMessageMs } from "#domain/delivery.ts";
import { resendAtMs } from "#domain/run-due.ts";
import { sendDelivery } from "#runtime/events/delivery-message.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { findDelivery, postponeDelivery } from "#store/deliveries.ts";
import { type Due, dueBefore } from "#store/due.ts";
import { backlog } from "#store/queue.ts";
import { forEachDue } from "./for-each-due.ts";

/** Deliveries looked after in one sweep, of each shard; the rest are for the next. */
const deliveriesPerShardMax = 250;
/** The sweep comes every minute: what ends until the next one is sent now, and held back by the queue. */
const aheadMs = 75_000;
/** With more messages waiting than this, what seems lost is likely among them. */
const backlogMax = 1_000;

/**
 * Sends the deliveries whose wait ends soon, to be attempted when it does, and again those that should have been by now.
 * Each is looked at again later before its message is sent, so that no sweep sends it twice.
 */
export async function sweepDeliveries(nowMs: number): Promise<number> {
  const due = await dueBefore("delivery", nowMs + aheadMs, deliveriesPerShardMax);
  const isBusy = due.some(({ dueMs }) => dueMs <= nowMs) && (await backlog()) > backlogMax;
  if (isBusy) logger.warn("overdue deliveries wait for the queue", { deliveries: due.length });
  let sent = 0;
  await forEachDue("delivery", due, async (each) => {
    if (await sendDue(each, nowMs, isBusy)) sent += 1;
  });
  return sent;
}

async function sendDue({ id, dueMs }: Due, nowMs: number, isBusy: boolean): Promise<boolean> {
  const loaded = await findDelivery(id, nowMs);
  if (loaded === null || loaded.dueMs !== dueMs) return false; // the index is behind
  const { delivery, requestId } = loaded;
  const isUnsent = delivery.nextAttemptAtMs === dueMs; // a wait that no message bridged
  if (!isUnsent && (dueMs > nowMs || isBusy)) return false;
  const againMs = isUnsent ? Math.max(dueMs, nowMs) + deliveryMessageMs : resendAtMs(dueMs, nowMs);
  if (!(await postponeDelivery(loaded, againMs, newWriteId()))) return false;
  await sendDelivery(delivery, requestId);
  return true;
}
