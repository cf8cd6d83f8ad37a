import { accessPartitions } from "#contract/table-schema.ts";
import { apiKeyShards } from "#domain/api-key.ts";
import { type FamilyName, familyNames } from "#domain/counted-family.ts";
import { uuid7Shard } from "#domain/uuid7.ts";

/** Separates the parts of a sort key. It sorts below every character a name may hold. */
export const separator = "\t";

/** The key of an item. */
export type Key = { pk: string; sk: string };

/** The families whose things are found by an id that names their shard. */
export type ShardedFamily = "record" | "job" | "run" | "delivery" | "workflow" | "item" | "machine" | "instance";

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
/** The head of a work item, found by its id alone. */
export function itemKey(id: string): Key {
  return { pk: shardPartition("item", uuid7Shard(id)), sk: id };
}

/** The partition of what belongs to a work item besides its head. */
export function itemPartsPartition(id: string): string {
  return `item-parts#${id}`;
}

/** A description too long for its item's head. */
export function itemDescriptionKey(id: string): Key {
  return { pk: itemPartsPartition(id), sk: "description" };
}

/** Entries of a work item's history that its head has no room for; the last of them made this version. */
export function itemHistoryKey(id: string, lastVersion: number): Key {
  return { pk: itemPartsPartition(id), sk: `history#${String(lastVersion).padStart(9, "0")}` };
}

/** What a caller's own id of a workflow stands for. */
export function ownWorkflowIdKey(ownId: string): Key {
  return { pk: `workflow-id#${ownId}`, sk: "workflow-id" };
}

/** The head of a machine that a client defined, found by its id alone. */
export function machineKey(id: string): Key {
  return { pk: shardPartition("machine", uuid7Shard(id)), sk: id };
}

/** What a caller's own id of a machine stands for. */
export function ownMachineIdKey(ownId: string): Key {
  return { pk: `machine-id#${ownId}`, sk: "machine-id" };
}

/** The head of an instance, found by its id alone. */
export function instanceKey(id: string): Key {
  return { pk: shardPartition("instance", uuid7Shard(id)), sk: id };
}

/** What a caller's own id of an instance stands for. */
export function ownInstanceIdKey(ownId: string): Key {
  return { pk: `instance-id#${ownId}`, sk: "instance-id" };
}

/** The partition of what an instance's head has no room for. */
export function instancePartsPartition(instanceId: string): string {
  return `instance-parts#${instanceId}`;
}

/** Older entries of an instance's history, by the number of the last of them. */
export function historyChunkKey(instanceId: string, lastSequence: number): Key {
  return { pk: instancePartsPartition(instanceId), sk: `chunk#${paddedSequence(lastSequence)}` };
}

/** What came with an execution, when it is long. */
export function historyDetailsKey(instanceId: string, sequence: number): Key {
  return { pk: instancePartsPartition(instanceId), sk: `details#${paddedSequence(sequence)}` };
}

/** The data of an instance, when it is long. */
export function instanceDataKey(instanceId: string): Key {
  return { pk: instancePartsPartition(instanceId), sk: "data" };
}

function paddedSequence(sequence: number): string {
  return String(sequence).padStart(9, "0");
}

/** What says that an instance of a machine is live. */
export function liveInstanceKey(machineId: string, instanceId: string): Key {
  return { pk: liveInstancePartition(machineId, uuid7Shard(instanceId)), sk: instanceId };
}

/** The partition of a machine's live instances of a shard. */
export function liveInstancePartition(machineId: string, shard: string): string {
  return `live#${machineId}#${shard}`;
}

/** What says that a machine is being archived, or is. */
export function archivalKey(machineId: string): Key {
  return { pk: `archival#${machineId}`, sk: "archival" };
}

/** A version of the definition of a workflow or a machine. */
export function definitionKey(ownerId: string, definitionVersion: number): Key {
  return { pk: definitionPartition(ownerId), sk: String(definitionVersion).padStart(8, "0") };
}

/** The partition of the definitions of a workflow or a machine, which sort by their version. */
export function definitionPartition(ownerId: string): string {
  return `definition#${ownerId}`;
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

/** A payload of a run that is not in its head, by the generation that brought it; 0: the trigger did. */
export function runPayloadKey(runId: string, generation: number): Key {
  const { pk, sk } = payloadKey(runId);
  return { pk, sk: generation === 0 ? sk : `${sk}#${generation}` };
}

/** A sort key of an index: a name, then the id, so that equal names go by time. */
export function namedSortKey(name: string, id: string): string {
  return `${name}${separator}${id}`;
}

/** The answer kept for an Idempotency-Key; `digest` is that of caller, route and key. */
export function idempotencyKey(digest: string): Key {
  return { pk: `idempotency#${digest}`, sk: "answer" };
}

/** A further part of a kept answer, by the digest of the whole answer: none is ever taken for one of another answer. */
export function answerPartKey(digest: string, part: number, answerDigest: string): Key {
  return { pk: `idempotency#${digest}#${part}`, sk: answerDigest };
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
