import { createHash } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { FamilyName } from "#domain/counted-family.ts";
import { inParallel } from "#domain/in-parallel.ts";
import type { Delta } from "#domain/tally.ts";
import { placeOf } from "./counter-items.ts";
import { type Addition, counterUpdate } from "./counter-update.ts";
import { counterKey, type Key, slotCount } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Stream records live 24 h; a fence of a shard that moved last before twice that can meet no record again. */
const fenceKeptSeconds = 48 * 3600;
/** Keeps an update's expression under DynamoDB's 4 KB and 300 operators. */
const countersPerUpdateMax = 80;
const changedAtAttribute = "changed_at";
/** With more at once, a batch of many names waits for its own connections. */
const itemsAtOnceMax = 25;

/** What one stream record changes, and where and when it stands in its shard. */
export type Change = { sequenceNumber: string; createdSeconds: number; changedAtMs: number; deltas: Delta[] };

/** A change as it falls on one counter item. */
type PlacedChange = Omit<Change, "deltas"> & { additions: Addition[] };

/**
 * Applies the changes of one shard's batch to the counters of a family, each exactly once: every counter item keeps the
 * last sequence number applied to it per shard, and moves it in the same update, on its condition. So a batch that comes
 * twice, is replayed from further back or is cut anew adds nothing twice. One update per scope and page of names, and per
 * scope and name of which something has ended.
 */
export async function applyChanges(family: FamilyName, shardId: string, changes: readonly Change[]): Promise<void> {
  const distinct = new Map(changes.map((change) => [fenceOf(change.sequenceNumber), change]));
  const ordered = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
  const byItem = await placed(family, ordered);
  await inParallel([...byItem], itemsAtOnceMax, async ([item, itemChanges]) => {
    const key = counterKey(family, slotOf(shardId), item);
    for (const slice of slicesOf(itemChanges)) await applySlice(shardId, key, slice);
  });
}

/** Sorts changes by the counter items they fall on, in their order. New names take their numbers here, one after another. */
async function placed(family: FamilyName, changes: readonly Change[]): Promise<Map<string, PlacedChange[]>> {
  const byItem = new Map<string, PlacedChange[]>();
  for (const { deltas, ...change } of changes) {
    const additions: Addition[] = [];
    for (const { scope, counter, by } of deltas) additions.push({ place: await placeOf(family, scope, counter), by });
    for (const [item, own] of Map.groupBy(additions, ({ place }) => place.item)) {
      byItem.set(item, [...(byItem.get(item) ?? []), { ...change, additions: own }]);
    }
  }
  return byItem;
}

async function applySlice(shardId: string, key: Key, slice: readonly PlacedChange[]): Promise<void> {
  let pending = slice;
  let fence: string | null = null;
  while (pending.length > 0) {
    const refusedBy = await update(shardId, key, pending, fence);
    if (refusedBy === null) return;
    fence = refusedBy;
    const applied = fence.slice(0, sequenceDigits);
    pending = pending.filter((change) => fenceOf(change.sequenceNumber) > applied);
  }
}

/**
 * One update; returns null when it was applied, else the fence that stands in its way. Without a known `fence` the
 * update assumes that all of the batch is new, which it nearly always is, and so needs no read.
 */
async function update(
  shardId: string,
  key: Key,
  changes: readonly PlacedChange[],
  fence: string | null,
): Promise<string | null> {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { add, set, names, values } = counterUpdate(changes.flatMap((change) => change.additions));
  const condition = fence === null ? "attribute_not_exists(#f) OR #f < :bound" : "#f = :bound";
  try {
    const { Attributes: after } = await table().send(
      new UpdateCommand({
        TableName: countersTableName(),
        Key: key,
        UpdateExpression: `ADD ${add.join(", ")} SET ${["#f = :f", "#t = :t", ...set].join(", ")}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: { ...names, "#f": fenceAttribute(shardId), "#t": changedAtAttribute },
        ExpressionAttributeValues: {
          ...values,
          ":f": `${fenceOf(last.sequenceNumber)}|${last.createdSeconds}`,
          ":t": Math.max(...changes.map((change) => change.changedAtMs)),
          ":bound": fence ?? fenceOf(first.sequenceNumber),
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        ReturnValues: "ALL_NEW",
      }),
    );
    await pruneFences(key, after ?? {}, last.createdSeconds);
    return null;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return String(unmarshall(error.Item)[fenceAttribute(shardId)]);
  }
}

/** Takes off the fences of shards whose last record has left the stream. Rare: a shard lives about four hours. */
async function pruneFences(key: Key, item: Record<string, unknown>, nowSeconds: number): Promise<void> {
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(fencePrefix) || typeof value !== "string") continue;
    const movedSeconds = Number(value.slice(sequenceDigits + 1));
    if (nowSeconds - movedSeconds <= fenceKeptSeconds) continue;
    await removeFence(key, name, value);
  }
}

async function removeFence(key: Key, name: string, value: string): Promise<void> {
  const command = new UpdateCommand({
    TableName: countersTableName(),
    Key: key,
    UpdateExpression: "REMOVE #f",
    ConditionExpression: "#f = :f",
    ExpressionAttributeNames: { "#f": name },
    ExpressionAttributeValues: { ":f": value },
  });
  await table()
    .send(command)
    .catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error; // somebody else moved it, or took it off
    });
}

const fencePrefix = "fence|";
/** Sequence numbers have up to 40 digits: padded to one length, their text sorts as their value does. */
const sequenceDigits = 40;

function fenceAttribute(shardId: string): string {
  return `${fencePrefix}${shardId}`;
}

function fenceOf(sequenceNumber: string): string {
  return sequenceNumber.padStart(sequenceDigits, "0");
}

function slotOf(shardId: string): number {
  return (createHash("sha256").update(shardId).digest()[0] ?? 0) % slotCount;
}

/** Cuts an item's changes into runs that fit one update. */
function slicesOf(changes: readonly PlacedChange[]): PlacedChange[][] {
  const slices: PlacedChange[][] = [[]];
  let counters = new Set<string>();
  for (const change of changes) {
    const touched = new Set(change.additions.map(({ place }) => place.attribute));
    if (counters.union(touched).size > countersPerUpdateMax) {
      slices.push([]);
      counters = new Set();
    }
    counters = counters.union(touched);
    slices.at(-1)?.push(change);
  }
  return slices;
}
