import { accessPartitions } from "#contract/table-schema.ts";
import { apiKeyShards } from "#domain/api-key.ts";
import { uuid7Shard } from "#domain/uuid7.ts";

/** Separates the parts of a sort key. It sorts below every character a name may hold. */
export const separator = "\t";

/** The key of an item. */
export type Key = { pk: string; sk: string };

/** The partition of a family's shard: `record#03`. */
export function shardPartition(family: "record" | "job", shard: string): string {
  return `${family}#${shard}`;
}

/** The shards a family writes to, as the two hexadecimal digits that ids end in. */
export function shardNames(count: number): string[] {
  return Array.from({ length: count }, (_, shard) => shard.toString(16).padStart(2, "0"));
}

/** The head of a record: found by its id alone, since the id names its shard. */
export function recordKey(id: string): Key {
  return { pk: shardPartition("record", uuid7Shard(id)), sk: id };
}

/** A job, found by its id alone. */
export function jobKey(id: string): Key {
  return { pk: shardPartition("job", uuid7Shard(id)), sk: id };
}

/** The sort key in `rare` of what is due at a time, in milliseconds since the epoch. */
export function dueSortKey(dueMs: number, id: string): string {
  return namedSortKey(dueBound(dueMs), id);
}

/** Sorts after everything that is due before a time. */
export function dueBound(nowMs: number): string {
  return namedSortKey("due", String(nowMs).padStart(15, "0"));
}

/** True for the partition of a record head. */
export function isRecordHead(pk: string): boolean {
  return pk.startsWith("record#");
}

/** A payload too long for its record's head. */
export function payloadKey(id: string): Key {
  return { pk: `payload#${id}`, sk: "payload" };
}

/** A sort key of an index: a name, then the id, so that equal names go by time. */
export function namedSortKey(name: string, id: string): string {
  return `${name}${separator}${id}`;
}

/** The answer kept for an Idempotency-Key; `digest` is that of caller, route and key. */
export function idempotencyKey(digest: string): Key {
  return { pk: `idempotency#${digest}`, sk: "answer" };
}

/** An API key, found by its id alone, whose first character names its partition: no flood of made-up ids heats one. */
export function apiKeyKey(id: string): Key {
  return { pk: `${accessPartitions.apiKeys}${id.slice(0, 1)}`, sk: id };
}

/** The partitions of API keys. */
export function apiKeyPartitions(): string[] {
  return apiKeyShards.map((shard) => `${accessPartitions.apiKeys}${shard}`);
}

/** How many requests of a window a caller's processes have taken. */
export function requestLimitKey(callerId: string, window: number): Key {
  return { pk: `${accessPartitions.requestLimits}${callerId}`, sk: String(window) };
}

/** The keys that sign cursors. */
export const signingKeyKey: Key = { pk: "signing", sk: "cursor" };

/** What the health check reads; it need not exist. */
export const healthKey: Key = { pk: "health", sk: "health" };

/** Over how many items each scope's counters are spread. May grow, never shrink. */
export const slotCount = 4;

/** A name that is counted by name, with its number. */
export function countedNameKey(dimension: string, name: string): Key {
  return { pk: `names#${dimension}`, sk: `name${separator}${name}` };
}

/** How many names of a dimension have a number. */
export function countedNameTotalKey(dimension: string): Key {
  return { pk: `names#${dimension}`, sk: "total" };
}

/** Counters of a scope (a day or `all`); spread over slots so that none is hot. */
export function counterKey(slot: number, scope: string): Key {
  return { pk: counterPartition(slot), sk: scope };
}

/** The partition of a counter slot. */
export function counterPartition(slot: number): string {
  return `records#${slot}`;
}

/** A stream record that could not be read, kept whole. */
export function poisonKey(shardId: string, sequenceNumber: string): Key {
  return { pk: "poison", sk: `${shardId}#${sequenceNumber}` };
}
