import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { DomainError } from "#domain/domain-error.ts";
import { eventTypes } from "#domain/event.ts";
import type { Subscription } from "#domain/subscription.ts";
import { parseUuid } from "#domain/uuid7.ts";
import type { Item, NewItem, Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { subscriptionGateKey, subscriptionKey, subscriptionPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

const itemSchema = z.object({
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  url: z.string(),
  types: z.array(z.enum(eventTypes)).optional(), // absent: all
  workflow: z.string().optional(), // absent: every one
  description: z.string().optional(),
  enabled: z.boolean(),
  reason: z.string().optional(), // why it was disabled
  secret: z.string(),
  previous: z.string().optional(), // the secret before it
  u: z.number(), // when it was written last, in milliseconds
});

const format: ItemFormat = { current: 1, upgrades: {} };

/** What stands in the place of a deleted one for a while, so that a repeat of the deletion is known as such. */
const deleted = "deleted";
const deletedKeptSeconds = 26 * 3600;

/** A subscription as it was loaded, with what a write on its condition needs. */
export type LoadedSubscription = { subscription: Subscription; writeIds: string[] };

/** Every subscription, and what the creation of one more stands on. */
export type Subscriptions = { all: Subscription[]; gate: Pick<Item, "v" | "w"> | null };

/** The writes that create a subscription, if none was created since all were read. */
export function insertSubscription(subscription: Subscription, { gate }: Subscriptions): Write[] {
  const gateItem = { ...subscriptionGateKey, v: (gate?.v ?? 0) + 1 };
  return [
    { item: itemOf(subscription), condition: { absent: true } },
    {
      item: gateItem,
      condition: gate === null ? { absent: true } : { version: gate.v, writeIds: gate.w ?? [] },
    },
  ];
}

/** The write that replaces a loaded subscription by its next version, if it is still the one that was loaded. */
export function replaceSubscription({ subscription, writeIds }: LoadedSubscription, next: Subscription): Write {
  return { item: itemOf(next), condition: { version: subscription.version, writeIds } };
}

/** The write that deletes a loaded subscription. Its secrets are gone with it. */
export function deleteSubscription({ subscription, writeIds }: LoadedSubscription, nowMs: number): Write {
  const { id, version } = subscription;
  const ttl = Math.floor(nowMs / 1000) + deletedKeptSeconds;
  const item = { ...subscriptionKey(id), v: version + 1, s: deleted, u: nowMs, [ttlAttribute]: ttl };
  return { item, condition: { version, writeIds } };
}

/** Finds a subscription: one consistent read. Null when there is none with this id. */
export async function findSubscription(idText: string): Promise<LoadedSubscription | null> {
  const id = parseUuid(idText);
  const item = id === null ? undefined : await getItem(subscriptionKey(id));
  return item === undefined ? null : parseSubscription(item);
}

/** Finds a subscription as `findSubscription` does. @throws DomainError `resource_not_found` when there is none. */
export async function loadSubscription(id: string): Promise<LoadedSubscription> {
  const loaded = await findSubscription(id);
  if (loaded === null) throw new DomainError("resource_not_found", "Subscription not found");
  return loaded;
}

/** Every subscription, oldest first, and what the creation of another stands on. Reads are consistent. */
export async function readSubscriptions(): Promise<Subscriptions> {
  const gate = (await getItem(subscriptionGateKey)) as Item | undefined; // first: who comes between changes it
  const items = await querySubscriptions(true);
  return { all: items.flatMap((item) => parseSubscription(item)?.subscription ?? []), gate: gate ?? null };
}

/** How long a process goes by what it has read: a change holds everywhere after this time. */
export const subscriptionsMaxAgeMs = 30_000;

/** Subscriptions as a process goes by them; those that cannot be read by their ids, each with why. */
export type KnownSubscriptions = { all: readonly Subscription[]; unreadable: ReadonlyMap<string, unknown> };

let known: { read: Promise<KnownSubscriptions>; readAtMs: number } | null = null;

/** Every subscription, read less than half a minute ago. One that cannot be read is not in the way of the others. */
export function knownSubscriptions(nowMs: number): Promise<KnownSubscriptions> {
  if (known === null || nowMs - known.readAtMs >= subscriptionsMaxAgeMs) {
    known = { read: readKnown(), readAtMs: nowMs };
    known.read.catch(forgetSubscriptions);
  }
  return known.read;
}

async function readKnown(): Promise<KnownSubscriptions> {
  const all: Subscription[] = [];
  const unreadable = new Map<string, unknown>();
  for (const item of await querySubscriptions(false)) {
    try {
      const loaded = parseSubscription(item);
      if (loaded !== null) all.push(loaded.subscription);
    } catch (error) {
      unreadable.set(String(item.sk), error);
    }
  }
  return { all, unreadable };
}

/** Has this process read the subscriptions again when it needs them next. On a laptop there is no other. */
export function forgetSubscriptions(): void {
  known = null;
}

/** At most a hundred, and those deleted within a day: some pages at most. */
async function querySubscriptions(consistent: boolean): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": subscriptionPartition },
        ConsistentRead: consistent,
        ExclusiveStartKey: start,
      }),
    );
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

/** Reads an item as a subscription, whatever format it was written in. Null for what is left of a deleted one. */
export function parseSubscription(item: Record<string, unknown>): LoadedSubscription | null {
  if (item.s === deleted) return null;
  const read = itemSchema.parse(upgraded(format, item));
  const subscription: Subscription = {
    id: read.sk,
    url: read.url,
    eventTypes: read.types ?? null,
    workflowId: read.workflow ?? null,
    description: read.description ?? null,
    enabled: read.enabled,
    disabledReason: read.reason ?? null,
    secrets: { current: read.secret, previous: read.previous ?? null },
    updatedAtMs: read.u,
    version: read.v,
  };
  return { subscription, writeIds: read.w };
}

function itemOf(subscription: Subscription): NewItem {
  const { id, url, eventTypes: types, workflowId, description, enabled, disabledReason, secrets } = subscription;
  return {
    ...subscriptionKey(id),
    f: format.current,
    v: subscription.version,
    url,
    ...(types === null ? {} : { types: [...types] }),
    ...(workflowId === null ? {} : { workflow: workflowId }),
    ...(description === null ? {} : { description }),
    enabled,
    ...(disabledReason === null ? {} : { reason: disabledReason }),
    secret: secrets.current,
    ...(secrets.previous === null ? {} : { previous: secrets.previous }),
    u: subscription.updatedAtMs,
  };
}
