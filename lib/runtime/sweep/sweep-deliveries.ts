import { lookAt } from "#domain/sweep-look.ts";
import { type LoadedDelivery, liveDelivery } from "#store/deliveries.ts";
import { moveDue } from "#store/due.ts";
import { deliveryKey } from "#store/keys.ts";
import { type DueFamily, type Swept, sweepDue } from "./sweep-due.ts";
import type { SweepTime } from "./sweep-time.ts";

const deliveries: DueFamily<LoadedDelivery> = {
  family: "delivery",
  keyOf: deliveryKey,
  read: liveDelivery,
  placeMs: ({ dueMs }) => dueMs,
  look: ({ delivery: { nextAttemptAtMs, updatedAtMs } }, dueMs, nowMs) =>
    lookAt({ dueMs, isUnsent: nextAttemptAtMs === dueMs, sinceMs: Math.max(updatedAtMs, nextAttemptAtMs ?? 0) }, nowMs),
  move: ({ delivery: { id, version } }, dueMs, toMs) => moveDue(deliveryKey(id), { version, dueMs }, toMs),
  message: ({ delivery: { id, nextAttemptAtMs }, requestId }) => ({
    message: { type: "deliver_event", delivery_id: id, request_id: requestId },
    atMs: nextAttemptAtMs,
  }),
};

/** Sends the deliveries whose wait ends soon, to be attempted when it does, and again those that should have been by now. */
export function sweepDeliveries(time: SweepTime): Promise<Swept> {
  return sweepDue(deliveries, time);
}
