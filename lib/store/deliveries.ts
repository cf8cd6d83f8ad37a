import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { type Delivery, deliveryStatuses, deliverySweepAtMs } from "#domain/delivery.ts";
import { DomainError } from "#domain/domain-error.ts";
import { eventTypes } from "#domain/event.ts";
import { parseUuid } from "#domain/uuid7.ts";
import { type Committed, type ConditionalPut, commit, type NewItem, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { deliveryKey, dueMsOf, dueSortKey, namedSortKey, separator } from "./keys.ts";

const itemSchema = z.object({
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  q: z.string(), // the request that wrote it last
  s: z.enum(deliveryStatuses),
  g: z.string(), // subscription id TAB id
  r: z.string().optional(), // when the sweep looks after it, or that it failed
  k: z.string(), // id of the event
  y: z.enum(eventTypes),
  b: z.string(), // what is sent
  n: z.number().default(0), // attempts
  c: z.number().default(0), // tries
  a: z
    .array(z.object({ t: z.number(), d: z.number(), s: z.number().optional(), e: z.string().optional() }))
    .default([]), // the newest attempts: when, how long, status, error
  e: z.string().optional(), // why it failed
  t: z.number().optional(), // the next attempt, in milliseconds
  u: z.number(), // when it was written last, in milliseconds
});

const format: ItemFormat = { current: 1, upgrades: {} };

/** How long a delivery is kept after it was written last. */
const keptSeconds = 7 * 86_400;

/** A delivery as it was loaded, with what a write on its condition needs. `dueMs`: when the sweep looks at it; null: never. */
export type LoadedDelivery = { delivery: Delivery; dueMs: number | null; writeIds: string[]; requestId: string };

/** Creates a delivery. Gives what stands there now: the new one, or what became of it where it was there before. */
export async function createDelivery(delivery: Delivery, by: WrittenBy): Promise<Delivery> {
  const committed = await commit([{ item: itemOf(delivery), condition: { absent: true } }], by);
  return currentOf(committed)?.delivery ?? delivery;
}

/** The write that replaces a loaded delivery by its next version, if it is still the one that was loaded. */
export function replaceDelivery({ delivery, writeIds }: LoadedDelivery, next: Delivery): ConditionalPut {
  return { item: itemOf(next), condition: { version: delivery.version, writeIds } };
}

/** Saves the next version of a loaded delivery. Null when it was saved; else what stands there now, if anything. */
export async function saveDelivery(
  loaded: LoadedDelivery,
  next: Delivery,
  by: WrittenBy,
): Promise<{ saved: true } | { saved: false; current: LoadedDelivery | null }> {
  const committed = await commit([replaceDelivery(loaded, next)], by);
  return committed.committed ? { saved: true } : { saved: false, current: currentOf(committed) };
}

/** Finds a delivery: one consistent read. Null when there is none with this id, or it is not kept any more. */
export async function findDelivery(idText: string, nowMs: number): Promise<LoadedDelivery | null> {
  const id = parseUuid(idText);
  const item = id === null ? undefined : await getItem(deliveryKey(id));
  return item === undefined ? null : liveDelivery(item, nowMs);
}

/** Finds a delivery of a subscription. @throws DomainError `resource_not_found` when there is none with this id. */
export async function loadDelivery(subscriptionId: string, idText: string, nowMs: number): Promise<LoadedDelivery> {
  const loaded = await findDelivery(idText, nowMs);
  if (loaded?.delivery.subscriptionId === subscriptionId) return loaded;
  throw new DomainError("resource_not_found", "Delivery not found");
}

/** Reads an item as a delivery, whatever format it was written in. Null for one that is not kept any more. */
export function liveDelivery(item: Record<string, unknown>, nowMs: number): LoadedDelivery | null {
  const read = itemSchema.parse(upgraded(format, item));
  if (read.u + keptSeconds * 1000 <= nowMs) return null;
  const delivery: Delivery = {
    id: read.sk,
    subscriptionId: read.g.slice(0, read.g.indexOf(separator)),
    eventId: read.k,
    eventType: read.y,
    body: read.b,
    status: read.s,
    attempts: read.n,
    tries: read.c,
    log: read.a.map(({ t, d, s, e }) => ({ atMs: t, durationMs: d, status: s ?? null, error: e ?? null })),
    error: read.e ?? null,
    nextAttemptAtMs: read.t ?? null,
    updatedAtMs: read.u,
    version: read.v,
  };
  return { delivery, dueMs: dueMsOf(read.r ?? ""), writeIds: read.w, requestId: read.q };
}

/** The name by which a subscription's failed deliveries stand in the index `rare`. */
export function failedName(subscriptionId: string): string {
  return `failed#${subscriptionId}`;
}

function currentOf(committed: Committed): LoadedDelivery | null {
  return committed.committed || committed.current === null ? null : liveDelivery(committed.current, 0);
}

function itemOf(delivery: Delivery): NewItem {
  const { id, subscriptionId, attempts, tries, log, error, nextAttemptAtMs, updatedAtMs } = delivery;
  return {
    ...deliveryKey(id),
    f: format.current,
    v: delivery.version,
    s: delivery.status,
    g: namedSortKey(subscriptionId, id),
    ...placeInRare(delivery),
    k: delivery.eventId,
    y: delivery.eventType,
    b: delivery.body,
    ...(attempts === 0 ? {} : { n: attempts }),
    ...(tries === 0 ? {} : { c: tries }),
    ...(log.length === 0 ? {} : { a: log.map(storedAttempt) }),
    ...(error === null ? {} : { e: error }),
    ...(nextAttemptAtMs === null ? {} : { t: nextAttemptAtMs }),
    u: updatedAtMs,
    [ttlAttribute]: Math.ceil(updatedAtMs / 1000) + keptSeconds,
  };
}

function storedAttempt({ atMs, durationMs, status, error }: Delivery["log"][number]) {
  return { t: atMs, d: durationMs, ...(status === null ? {} : { s: status }), ...(error === null ? {} : { e: error }) };
}

/** Those that are due, and those that failed: few enough. What was delivered, which is nearly all, is not there. */
function placeInRare(delivery: Delivery): { r?: string } {
  const { id, status, subscriptionId, updatedAtMs } = delivery;
  if (status === "failed") return { r: namedSortKey(failedName(subscriptionId), id) };
  const dueMs = deliverySweepAtMs(delivery, updatedAtMs);
  return dueMs === null ? {} : { r: dueSortKey(dueMs, id) };
}
