import { DomainError } from "#domain/domain-error.ts";
import { type Instance, isFinal, saved } from "#domain/instance.ts";
import { parseUuid } from "#domain/uuid7.ts";
import { commit, type Item, type Write, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { getMany } from "./get-many.ts";
import { chunkEntriesMax, historyChunk } from "./history.ts";
import { longDetails } from "./history-text.ts";
import {
  clearedInstanceItem,
  erasedInstanceItem,
  instanceItem,
  type LoadedInstance,
  liveInstance,
  parseGoneInstance,
  parseInstance,
} from "./instance-head.ts";
import { itemSizeBytes } from "./item-size.ts";
import { historyDetailsKey, instanceDataKey, instanceKey, instancePartsPartition, ownInstanceIdKey } from "./keys.ts";
import { keysOf, removeItem } from "./partition.ts";
import type { PayloadPlace } from "./record-head.ts";

/** A head stays within one write unit, since every action writes it. */
const headBytesMax = 1024;
/** What the commit adds: the id of the request and those of the last writes. */
const committedBytes = 36 + 4 * 12 + 10;
/** Longer data are an item of their own, so that the head has room for some history. */
const inlineDataBytesMax = 256;
/** An item may have 400 KB: of text, for data or for the details of an entry, it holds this much. */
const textBytesMax = 380 * 1024;

type Data = Record<string, unknown>;

/** The item that stands where an own id is claimed; null: none does. */
export type OwnIdClaim = { id: string; version: number; writeIds: string[] } | null;

/**
 * The writes that start an instance: its head, its data too when they are long, and the claim on its own id. All or nothing.
 *
 * @param claim what stands where its own id is claimed, by an instance that is no more
 */
export function insertInstance(instance: Instance, data: Data, claim: OwnIdClaim): Write[] {
  const { place, write } = placed(instance, data, false);
  const { id, ownId } = instance;
  const own = (key: string): Write => ({
    item: { ...ownInstanceIdKey(key), v: (claim?.version ?? 0) + 1, i: id },
    condition: claim === null ? { absent: true } : { version: claim.version, writeIds: claim.writeIds },
  });
  return [
    { item: instanceItem(instance, place, new Map()), condition: { absent: true } },
    ...(ownId === null ? [] : [own(ownId)]),
    ...write,
  ];
}

/** How a loaded instance is saved. `first`, if there is one, is committed before `writes`, and stands for itself. */
export type InstanceSave = { first: Write | null; writes: Write[] };

/**
 * The writes that replace a loaded instance by its next state, if it is still the one that was loaded. Entries of its
 * history that would make the head too large go into a chunk first.
 *
 * @param data what it has from now on; null: what it had
 * @throws DomainError `payload_too_large` for data, or details of an entry, that no item can hold.
 */
export function replaceInstance(loaded: LoadedInstance, next: Instance, data: Data | null): InstanceSave {
  const { instance: before, writeIds } = loaded;
  const changed = data === null ? { place: loaded.data, write: [] } : placed(saved(next), data, "z" in loaded.data);
  const fresh = next.history.tail.filter(({ sequence }) => sequence > before.history.count);
  const apart = fresh.flatMap((entry) => {
    const text = longDetails(entry);
    if (text === null) return [];
    bytesWithinItem("comment, input and data of the entry", text);
    return [{ sequence: entry.sequence, text }];
  });
  const details = apart.map(({ sequence, text }): Write => {
    return { item: { ...historyDetailsKey(next.id, sequence), v: 1, p: text }, guarded: true };
  });
  const detailsBytes = new Map([
    ...loaded.detailsBytes,
    ...apart.map(({ sequence, text }) => [sequence, Buffer.byteLength(text)] as const),
  ]);
  const headOf = (tail: Instance["history"]["tail"]) => {
    const kept = new Map([...detailsBytes].filter(([sequence]) => tail.some((entry) => entry.sequence === sequence)));
    return instanceItem(saved({ ...next, history: { ...next.history, tail } }), changed.place, kept);
  };
  const whole = headOf(next.history.tail);
  const fits = itemSizeBytes(whole) + committedBytes <= headBytesMax && next.history.tail.length <= chunkEntriesMax;
  const spills = !fits && before.history.tail.length > 0 && fresh.length > 0;
  const item = spills ? headOf(fresh) : whole;
  return {
    first: spills ? historyChunk(loaded) : null,
    writes: [{ item, condition: { version: before.version, writeIds } }, ...changed.write, ...details],
  };
}

/**
 * The writes that erase a loaded instance, and give its own id free. What else belongs to it is cleared away by the sweep,
 * to which the erased head tells of it.
 */
export function eraseInstance(loaded: LoadedInstance, nowMs: number): Write[] {
  const { instance, writeIds } = loaded;
  const { version, ownId } = instance;
  return [
    { item: erasedInstanceItem(loaded, nowMs), condition: { version, writeIds } },
    ...(ownId === null ? [] : [{ remove: ownInstanceIdKey(ownId) }]),
  ];
}

/**
 * Saves the next state of a loaded instance, with other writes in the same transaction. False when somebody else changed it
 * meanwhile.
 */
export async function saveInstance(save: InstanceSave, more: readonly Write[], by: WrittenBy): Promise<boolean> {
  if (save.first !== null) await commit([save.first], by); // whether it stood there already or not: others write the same
  return (await commit([...save.writes, ...more], by)).committed;
}

/** Loads an instance by its id or its own id: one consistent read, or two. Null when there is none that has not expired. */
export async function findInstance(idText: string, nowMs: number): Promise<LoadedInstance | null> {
  const id = parseUuid(idText) ?? (await ownInstanceIdClaim(idText))?.id;
  if (id === undefined) return null;
  const item = await getItem(instanceKey(id));
  return item === undefined ? null : liveInstance(item, nowMs);
}

/** Loads an instance as `findInstance` does. @throws DomainError `resource_not_found` when there is none. */
export async function loadInstance(id: string, nowMs: number): Promise<LoadedInstance> {
  const loaded = await findInstance(id, nowMs);
  if (loaded === null) throw new DomainError("resource_not_found", "Instance not found");
  return loaded;
}

/**
 * What stands where an own id is claimed, for a new instance to take its place: null when nothing does.
 *
 * @throws DomainError `state_conflict` when an instance has it.
 */
export async function claimableOwnId(ownId: string, nowMs: number): Promise<OwnIdClaim> {
  const claim = await ownInstanceIdClaim(ownId);
  if (claim === null || (await findInstance(claim.id, nowMs)) === null) return claim;
  throw new DomainError("state_conflict", `An instance with the id ${ownId} exists already. Choose another.`);
}

/** What stands where an own id of an instance is claimed: one consistent read. */
async function ownInstanceIdClaim(ownId: string): Promise<OwnIdClaim> {
  const item = (await getItem(ownInstanceIdKey(ownId))) as Item | undefined;
  return item === undefined ? null : { id: String(item.i), version: item.v, writeIds: item.w ?? [] };
}

/** Which of some instances live no more, as the table is now: `final` are over, `absent` are not there. */
export async function overInstances(ids: readonly string[]): Promise<{ final: string[]; absent: string[] }> {
  const items = new Map((await getMany(ids.map(instanceKey), true)).map((item) => [String(item.sk), item]));
  const isOver = (item: Record<string, unknown>) => {
    const loaded = parseInstance(item);
    return loaded === null || isFinal(loaded.instance); // null: it was erased
  };
  return {
    final: [...items].flatMap(([id, item]) => (isOver(item) ? [id] : [])),
    absent: ids.filter((id) => !items.has(id)),
  };
}

/** The data of an instance: in its head, or one read more. Null when the instance has other data by now, or is gone. */
export async function readInstanceData({ instance, data }: LoadedInstance): Promise<Data | null> {
  if ("p" in data) return JSON.parse(data.p) as Data;
  const item = await getItem(instanceDataKey(instance.id));
  return item === undefined || Number(item.v) > instance.version ? null : (JSON.parse(String(item.p)) as Data);
}

/**
 * Clears away what belonged to an instance that was erased or has expired, if there is any. Doing it twice does no harm.
 *
 * @returns true when the instance is gone
 */
export async function clearGoneInstance(id: string, nowMs: number, by: WrittenBy): Promise<boolean> {
  const item = await getItem(instanceKey(id));
  if (item === undefined) return true;
  const gone = parseGoneInstance(item, nowMs);
  if (gone === null) return false;
  if (!gone.hasParts) return true;
  for (const key of await keysOf(instancePartsPartition(id))) await removeItem(key);
  const { version, writeIds } = gone;
  await commit([{ item: clearedInstanceItem(item, nowMs), condition: { version, writeIds } }], by);
  return true;
}

function placed(instance: Instance, data: Data, apart: boolean): { place: PayloadPlace; write: Write[] } {
  const text = JSON.stringify(data);
  const bytes = bytesWithinItem("data", text);
  if (bytes <= inlineDataBytesMax && !apart) return { place: { p: text }, write: [] };
  // The head's condition guards both: who loaded this version of the head has seen the data that belong to it.
  const item = { ...instanceDataKey(instance.id), v: instance.version, p: text };
  return { place: { z: bytes }, write: [{ item, guarded: true }] };
}

/** The bytes of a text, if an item can hold it. A number may be longer as it is stored than as it was sent in a body. */
function bytesWithinItem(what: string, text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes <= textBytesMax) return bytes;
  throw new DomainError("payload_too_large", `The ${what} have ${bytes} bytes: at most ${textBytesMax} are stored.`);
}
