import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { type Instance, instanceCreatedAtMs, instanceExpiresAtMs } from "#domain/instance.ts";
import type { NewItem } from "./commit.ts";
import { historyText, type PlacedEntry, parseHistoryText } from "./history-text.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { dueMsOf, dueSortKey, instanceKey, namedSortKey, separator } from "./keys.ts";
import type { PayloadPlace } from "./record-head.ts";

/** The head of an instance. */
const headSchema = z.object({
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  q: z.string(), // the request that wrote it last
  s: z.string(), // state
  g: z.string(), // machine id TAB id
  r: z.string().optional(), // when a timer of its state is due, or its parts are to be cleared away
  u: z.number(), // when it was written last, in milliseconds
  n: z.number(), // version of the definition
  i: z.string().optional(), // the caller's own id
  j: z.string().optional(), // the machine's own id
  d: z.number().optional(), // when its next timer is due, in milliseconds, where the sweep has moved its place on
  m: z.number().optional(), // when it came into its state, in milliseconds; absent: when it was started
  t: z.number().optional(), // timers up to here are done with, in milliseconds
  l: z.number().optional(), // overdue since, in milliseconds
  e: z.number().optional(), // when it came into a final state, in milliseconds
  y: z.number().default(0), // entries of its history
  h: z.string().default("[]"), // the newest of them, as JSON text
  p: z.string().optional(), // the data as JSON text; absent: it is an item of its own
  z: z.number().optional(), // bytes of data that is an item of its own
  kd: z.number().optional(), // days it is kept once it is finished
  [ttlAttribute]: z.number().optional(), // when it expires, in seconds
});

const format: ItemFormat = { current: 1, upgrades: {} };

/** What is left of an erased instance is kept for so long: longer than the answers of idempotency keys. */
const erasedKeptSeconds = 26 * 3600;
/** How long after an erasure a request may still be under way that loaded what was erased: longer than any lasts. */
const lateWriterMs = 120_000;
/** The head of a finished instance that has parts outlives it for so long: the sweep comes to clear them away. */
const clearingSeconds = 86_400;

/** An instance as it was loaded, with what a write on its condition needs. */
export type LoadedInstance = {
  instance: Instance;
  data: PayloadPlace;
  /** Bytes of the details that entries of the head's history have elsewhere, by the number of the entry. */
  detailsBytes: ReadonlyMap<number, number>;
  writeIds: string[];
  requestId: string;
};

/** Where the parts of an instance are. */
export type InstanceParts = Pick<LoadedInstance, "instance" | "data" | "detailsBytes">;

/** What is left of an instance that is gone. `hasParts`: items that belonged to it are to be cleared away. */
export type GoneInstance = { version: number; writeIds: string[]; hasParts: boolean };

/** Reads an item as an instance, whatever format it was written in. Null for what is left of an erased one. */
export function parseInstance(item: Record<string, unknown>): LoadedInstance | null {
  if (item.s === undefined) return null;
  const head = headSchema.parse(upgraded(format, item));
  const tail = parseHistoryText(head.h, head.y);
  const id = head.sk;
  const dueAtMs = head.r === undefined || head.e !== undefined ? null : (head.d ?? dueMsOf(head.r));
  const instance: Instance = {
    id,
    ownId: head.i ?? null,
    machineId: head.g.slice(0, head.g.indexOf(separator)),
    machineOwnId: head.j ?? null,
    definitionVersion: head.n,
    stateId: head.s,
    enteredAtMs: head.m ?? createdAtMs(id),
    timersDoneAtMs: head.t ?? null,
    dueAtMs,
    overdueSinceMs: head.l ?? null,
    history: { count: head.y, tail: tail.map(({ entry }) => entry) },
    updatedAtMs: head.u,
    finishedAtMs: head.e ?? null,
    keptDays: head.kd ?? null,
    version: head.v,
  };
  return {
    instance,
    data: head.p === undefined ? { z: head.z ?? 0 } : { p: head.p },
    detailsBytes: detailsIn(tail),
    writeIds: head.w,
    requestId: head.q,
  };
}

/** Reads an item as what is left of an instance that was erased or has expired; null for one that is there. */
export function parseGoneInstance(item: Record<string, unknown>, nowMs: number): GoneInstance | null {
  if (item.s !== undefined && liveInstance(item, nowMs) !== null) return null;
  const writeIds = Array.isArray(item.w) ? item.w.map(String) : [];
  return { version: Number(item.v), writeIds, hasParts: item.r !== undefined };
}

/** Reads an item as an instance that has not expired; null for an expired or erased one. */
export function liveInstance(item: Record<string, unknown>, nowMs: number): LoadedInstance | null {
  const loaded = parseInstance(item);
  const expiresAtMs = loaded === null ? null : instanceExpiresAtMs(loaded.instance);
  return expiresAtMs !== null && expiresAtMs <= nowMs ? null : loaded;
}

/** The head of an instance, but for what the commit adds. */
export function instanceItem(
  instance: Instance,
  data: PayloadPlace,
  detailsBytes: ReadonlyMap<number, number>,
): NewItem {
  const { id, history } = instance;
  const tail = history.tail.map((entry) => ({ entry, detailsBytes: detailsBytes.get(entry.sequence) ?? null }));
  return {
    ...instanceKey(id),
    f: format.current,
    v: instance.version,
    s: instance.stateId,
    g: namedSortKey(instance.machineId, id),
    u: instance.updatedAtMs,
    n: instance.definitionVersion,
    ...given({ i: instance.ownId, j: instance.machineOwnId }),
    ...(instance.enteredAtMs === createdAtMs(id) ? {} : { m: instance.enteredAtMs }),
    ...given({ t: instance.timersDoneAtMs, l: instance.overdueSinceMs, e: instance.finishedAtMs }),
    ...(history.count === 0 ? {} : { y: history.count }),
    ...(tail.length === 0 ? {} : { h: historyText(tail) }),
    ...data,
    ...given({ kd: instance.keptDays }),
    ...placeInTime(instance, hasParts({ instance, data, detailsBytes })),
  };
}

/**
 * What takes the place of an erased instance for a while. Its parts are cleared away at once, if it had any, and once more
 * when no request can be under way any longer that loaded it before and writes another.
 */
export function erasedInstanceItem(loaded: LoadedInstance, nowMs: number): NewItem {
  const { id, version } = loaded.instance;
  return {
    ...instanceKey(id),
    v: version + 1,
    u: nowMs,
    r: dueSortKey(hasParts(loaded) ? nowMs : nowMs + lateWriterMs, id),
    [ttlAttribute]: Math.floor(nowMs / 1000) + erasedKeptSeconds,
  };
}

/**
 * The item of an instance that is gone, erased or expired, once its parts are cleared away. Of one that was erased just now
 * they are to be cleared away once more.
 */
export function clearedInstanceItem(item: Readonly<Record<string, unknown>>, nowMs: number): NewItem {
  const { r: _due, w: _writeIds, q: _requestId, ...rest } = item;
  const key = instanceKey(String(item.sk));
  const againAtMs = item.s === undefined ? Number(item.u) + lateWriterMs : 0;
  const again = againAtMs > nowMs ? { r: dueSortKey(againAtMs, key.sk) } : {};
  return { ...rest, ...key, ...again, v: Number(item.v) + 1 };
}

/** True when items besides its head belong to an instance. */
export function hasParts({ instance, data, detailsBytes }: InstanceParts): boolean {
  const { count, tail } = instance.history;
  return "z" in data || count > tail.length || detailsBytes.size > 0;
}

/** When it is due for something, and when it expires. Only an instance with a timer or parts ever stands in the index. */
function placeInTime(instance: Instance, parts: boolean): { r?: string; [ttlAttribute]?: number } {
  const expiresAtMs = instanceExpiresAtMs(instance);
  const dueAtMs = expiresAtMs !== null && parts ? expiresAtMs : instance.dueAtMs;
  return {
    ...(dueAtMs === null ? {} : { r: dueSortKey(dueAtMs, instance.id) }),
    ...(expiresAtMs === null ? {} : { [ttlAttribute]: expiresAtMs / 1000 + (parts ? clearingSeconds : 0) }),
  };
}

function detailsIn(entries: readonly PlacedEntry[]): Map<number, number> {
  return new Map(
    entries.flatMap(({ entry, detailsBytes }) => (detailsBytes === null ? [] : [[entry.sequence, detailsBytes]])),
  );
}

function createdAtMs(id: string): number {
  return instanceCreatedAtMs({ id });
}

function given(attributes: Record<string, string | number | null>): Record<string, string | number> {
  const present = Object.entries(attributes).filter(([, value]) => value !== null);
  return Object.fromEntries(present) as Record<string, string | number>;
}
