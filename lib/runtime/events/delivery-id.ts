import { createHash } from "node:crypto";
import type { RunEvent } from "#domain/event.ts";
import { eventIdOf } from "#domain/event.ts";
import { uuid7, uuid7Shard } from "#domain/uuid7.ts";

/**
 * The id of the delivery of an event to a subscription: the same for the same two, so that an event which is told again is
 * not delivered again. It sorts by the time of the event, and lies on the shard of its run.
 */
export function deliveryIdOf(runId: string, { sequence, atMs }: RunEvent, subscriptionId: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([eventIdOf(runId, sequence), subscriptionId]))
    .digest();
  return uuid7(atMs, digest, Number.parseInt(uuid7Shard(runId), 16));
}
