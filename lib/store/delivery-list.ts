import type { DeliveryStatus } from "#domain/delivery.ts";
import { failedName, type LoadedDelivery, liveDelivery } from "./deliveries.ts";
import { deliveryKey } from "./keys.ts";
import { type HeadPage, listPage, namedRange, type Position } from "./list-page.ts";
import type { Range } from "./walk.ts";

/** What a log of deliveries asks for, the newest event first; `status` null: any. */
export type DeliveryQuery = { subscriptionId: string; status: DeliveryStatus | null };

const always = { createdAfterMs: null, createdBeforeMs: null };

/** Reads one page, as `listPage` does. */
export function listDeliveries(
  { subscriptionId, status }: DeliveryQuery,
  limit: number,
  from: Position,
  nowMs: number,
): Promise<HeadPage<LoadedDelivery>> {
  const part =
    status === "failed"
      ? namedRange("rare", failedName(subscriptionId), always)
      : namedRange("group", subscriptionId, always);
  return listPage<LoadedDelivery, Range>(
    {
      family: "delivery",
      parts: [part],
      forward: false,
      keyOf: deliveryKey,
      parse: (item) => liveDelivery(item, nowMs),
      matches: ({ delivery }) =>
        delivery.subscriptionId === subscriptionId && (status === null || delivery.status === status),
    },
    limit,
    from,
  );
}
