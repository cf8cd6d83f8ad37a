import { createHash } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Delta } from "#domain/tally.ts";
import { counterKey, counterPartition, poisonKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Over how many items each scope's counters are spread. May grow, never shrink. */
const slotCount = 4;
/** Stream records live 24 h; a fence of a shard that moved last before twice that can meet no record again. */
const fenceKeptSeconds = 48 * 3600;
/** Keeps an update's expression under DynamoDB's 4 KB and 300 operators. */
const countersPerUpdateMax = 120;

/** What one stream record changes, and where and when it stands in its shard. */
export type Change = { sequenceNumber: string; createdSeconds: number; changedAtMs: number; deltas: Delta[] };

/** The counters of some scopes, summed; `asOfMs` is the newest change in them, null before the first. */
export type Counts = { counters: Map<string, number>; asOfMs: number | null };

/**
 * Applies the changes of one shard's batch, each exactly once: every counter item keeps the last sequence number applied
 * to it per shard, and moves it in the same update, on its condition. So a batch that comes twice, is replayed from
 * further back or is cut anew adds nothing twice. One update per scope.
 */
export async function applyChanges(shardId: string, changes: readonly Change[]): Promise<void> {
  const distinct = new Map(changes.map((change) => [fenceOf(change.sequenceNumber), change]));
  const ordered = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
  const scopes = new Set(ordered.flatMap((change) => change.deltas.map((delta) => delta.scope)));
  await Promise.all(
    [...scopes].map(async (scope) => {
      for (const slice of slicesOf(ordered, scope)) await applySlice(shardId, scope, slice);
    }),
  );
}

/** Reads the all-time counters: one small read per slot. */
export async function readAllTime(): Promise<Counts> {
  const items = await Promise.all(
    slots().map(async (slot) => {
      const { Item: item } = await table().send(
        new GetCommand({ TableName: countersTableName(), Key: counterKey(slot, "all") }),
      );
      return item === undefined ? [] : [item];
    }),
  );
  return sum(items.flat());
}

/** Reads the counters of a range of days (`2026-11-21`), both included: one item per slot and day that has any. */
export async function readDays(from: string, to: string): Promise<Counts> {
  if (from > to) return sum([]);
  const items = await Promise.all(slots().map((slot) => daysOf(slot, from, to)));
  return sum(items.flat());
}

/** Keeps a stream record that cannot be read, whole, so that it never blocks its shard. A repeat changes nothing. */
export async function keepPoison(
  shardId: string,
  sequenceNumber: string,
  record: unknown,
  reason: string,
): Promise<void> {
  try {
    await table().send(
      new PutCommand({
        TableName: countersTableName(),
        Item: { ...poisonKey(shardId, sequenceNumber), record: JSON.stringify(record), reason },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function applySlice(shardId: string, scope: string, slice: readonly Change[]): Promise<void> {
  let pending = slice;
  let fence: string | null = null;
  while (pending.length > 0) {
    const refusedBy = await update(shardId, scope, pending, fence);
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
  scope: string,
  changes: readonly Change[],
  fence: string | null,
): Promise<string | null> {
  const totals = totalsOf(changes, scope);
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return null;
  const names = Object.fromEntries([...totals.keys()].map((counter, index) => [`#c${index}`, counter]));
  const values = Object.fromEntries([...totals.values()].map((by, index) => [`:c${index}`, by]));
  const additions = [...totals.keys()].map((_, index) => `#c${index} :c${index}`).join(", ");
  const condition = fence === null ? "attribute_not_exists(#f) OR #f < :bound" : "#f = :bound";
  try {
    const { Attributes: item } = await table().send(
      new UpdateCommand({
        TableName: countersTableName(),
        Key: counterKey(slotOf(shardId), scope),
        UpdateExpression: `ADD ${additions} SET #f = :f, #t = :t`,
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
    await pruneFences(counterKey(slotOf(shardId), scope), item ?? {}, last.createdSeconds);
    return null;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
    return String(unmarshall(error.Item)[fenceAttribute(shardId)]);
  }
}

/** Takes off the fences of shards whose last record has left the stream. Rare: a shard lives about four hours. */
async function pruneFences(
  key: { pk: string; sk: string },
  item: Record<string, unknown>,
  nowSeconds: number,
): Promise<void> {
  for (const [name, value] of Object.entries(item)) {
    if (!name.startsWith(fencePrefix) || typeof value !== "string") continue;
    const movedSeconds = Number(value.slice(sequenceDigits + 1));
    if (nowSeconds - movedSeconds <= fenceKeptSeconds) continue;
    await table()
      .send(
        new UpdateCommand({
          TableName: countersTableName(),
          Key: key,
          UpdateExpression: "REMOVE #f",
          ConditionExpression: "#f = :f",
          ExpressionAttributeNames: { "#f": name },
          ExpressionAttributeValues: { ":f": value },
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
  }
}

const fencePrefix = "fence|";
const changedAtAttribute = "changed_at";
/** Sequence numbers have up to 40 digits: padded to one length, their text sorts as their value does. */
const sequenceDigits = 40;

function fenceAttribute(shardId: string): string {
  return `${fencePrefix}${shardId}`;
}

function fenceOf(sequenceNumber: string): string {
  return sequenceNumber.padStart(sequenceDigits, "0");
}

function slots(): number[] {
  return Array.from({ length: slotCount }, (_, slot) => slot);
}

function slotOf(shardId: string): number {
  return (createHash("sha256").update(shardId).digest()[0] ?? 0) % slotCount;
}

/** Cuts a scope's changes into runs that fit one update. */
function slicesOf(changes: readonly Change[], scope: string): Change[][] {
  const slices: Change[][] = [[]];
  let counters = new Set<string>();
  for (const change of changes) {
    const touched = change.deltas.filter((delta) => delta.scope === scope).map((delta) => delta.counter);
    if (touched.length === 0) continue;
    if (counters.union(new Set(touched)).size > countersPerUpdateMax) {
      slices.push([]);
      counters = new Set();
    }
    for (const counter of touched) counters.add(counter);
    slices.at(-1)?.push(change);
  }
  return slices;
}

function totalsOf(changes: readonly Change[], scope: string): Map<string, number> {
  const totals = new Map<string, number>();
  for (const delta of changes.flatMap((change) => change.deltas)) {
    if (delta.scope === scope) totals.set(delta.counter, (totals.get(delta.counter) ?? 0) + delta.by);
  }
  return totals;
}

async function daysOf(slot: number, from: string, to: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: countersTableName(),
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": counterPartition(slot), ":from": from, ":to": to },
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

function sum(items: readonly Record<string, unknown>[]): Counts {
  const counters = new Map<string, number>();
  let asOfMs: number | null = null;
  for (const [name, value] of items.flatMap((item) => Object.entries(item))) {
    if (typeof value !== "number") continue;
    if (name === changedAtAttribute) asOfMs = Math.max(asOfMs ?? 0, value);
    else counters.set(name, (counters.get(name) ?? 0) + value);
  }
  return { counters, asOfMs };
}
