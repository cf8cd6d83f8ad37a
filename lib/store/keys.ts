import { accessPartitions } from "#contract/table-schema.ts";
import { apiKeyShards } from "#domain/api-key.ts";
import { type FamilyName, familyNames } from "#domain/counted-family.ts";
import { uuid7Shard } from "#domain/uuid7.ts";

/** Separates the parts of a sort key. It sorts below every character a name may hold. */
export const separator = "\t";

/** The key of an item. */
export type Key = { pk: string; sk: string };

/** The families whose things are found by an id that names their shard. */
export type ShardedFamily = "record" | "job" | "run" | "delivery" | "workflow";

/** The partition of a family's shard: `record#03`. */
export function shardPartition(family: ShardedFamily, shard: string): string {
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

/** The head of a run, found by its id alone. */
export function runKey(id: string): Key {
  return { pk: shardPartition("run", uuid7Shard(id)), sk: id };
}

/** The head of a workflow, found by its id alone. */
export function workflowKey(id: string): Key {
  return { pk: shardPartition("workflow", uuid7Shard(id)), sk: id };
}

/** The delivery of an event to a subscription, found by its id alone. */
export function deliveryKey(id: string): Key {
  return { pk: shardPartition("delivery", uuid7Shard(id)), sk: id };
}

/** The partition of all subscriptions: they are few, and always read together. */
export const subscriptionPartition = "subscription";

/** A subscription, by its id. */
export function subscriptionKey(id: string): Key {
  return { pk: subscriptionPartition, sk: id };
}

/** What every new subscription passes, one at a time, so that there are never more than there may be. */
export const subscriptionGateKey: Key = { pk: "subscription-gate", sk: "subscription-gate" };

/** What a caller's own id of a workflow stands for. */
export function ownWorkflowIdKey(ownId: string): Key {
  return { pk: `workflow-id#${ownId}`, sk: "workflow-id" };
}

/** A version of a workflow's definition. */
export function definitionKey(workflowId: string, definitionVersion: number): Key {
  return { pk: definitionPartition(workflowId), sk: String(definitionVersion).padStart(8, "0") };
}

/** The partition of a workflow's definitions, which sort by their version. */
export function definitionPartition(workflowId: string): string {
  return `definition#${workflowId}`;
}

/** Entries of a run's journal that its head has no room for. */
export function journalChunkKey(runId: string, chunk: string): Key {
  return { pk: `journal#${runId}`, sk: chunk };
}

/** How far the sweep has looked through the runs. */
export const sweepPositionKey: Key = { pk: "sweep", sk: "run" };

/** The sort key in `rare` of what is due at a time, in milliseconds since the epoch. */
export function dueSortKey(dueMs: number, id: string): string {
  return namedSortKey(dueBound(dueMs), id);
}

/** Sorts after everything that is due before a time. */
export function dueBound(nowMs: number): string {
  return namedSortKey("due", String(nowMs).padStart(15, "0"));
}

/** When what stands in `rare` at a sort key is due, in milliseconds; null for what stands there by another name. */
export function dueMsOf(sortKey: string): number | null {
  const [name, ms] = sortKey.split(separator);
  return name === "due" ? Number(ms) : null;
}

/** The counted family whose heads are in a partition; null for a partition of something else. */
export function countedFamilyIn(pk: string): FamilyName | null {
  const [, family] = /^(\w+)#[0-9a-f]{2}$/.exec(pk) ?? [];
  return familyNames.find((name) => name === family) ?? null;
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

/** What is signed with keys of our own: the cursors of lists, and the webhooks of runs. */
export type SigningPurpose = "cursor" | "webhook";

/** The keys that sign for a purpose. */
export function signingKeyKey(purpose: SigningPurpose): Key {
  return { pk: "signing", sk: purpose };
}

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

/** A counter item of a family; spread over slots so that none is hot. */
export function counterKey(family: FamilyName, slot: number, item: string): Key {
  return { pk: counterPartition(family, slot), sk: item };
}

/** The partition of a slot of a family's counters. */
export function counterPartition(family: FamilyName, slot: number): string {
  return `${family}s#${slot}`;
}

/** A stream record that could not be read, kept whole. */
export function poisonKey(shardId: string, sequenceNumber: string): Key {
  return { pk: "poison", sk: `${shardId}#${sequenceNumber}` };
}
