import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { IngestedRecord, RecordStatus } from "#domain/record.ts";
import { uuid7Ceiling, uuid7Floor } from "#domain/uuid7.ts";
import { environment } from "./environment.ts";
import { type Key, namedSortKey, payloadKey, recordKey, shardNames, shardPartition } from "./keys.ts";
import { isExpired, namesOf, parseHead, type RecordHead, recordOf } from "./record-head.ts";
import { table, tableName } from "./table.ts";
import { type Entry, type Range, ShardWalk } from "./walk.ts";

/** What a list of records asks for. Times are inclusive, in milliseconds since the epoch. */
export type RecordQuery = {
  status: RecordStatus | null;
  category: string | null;
  source: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number | null;
  sortBy: "created_at" | "status" | "category" | "source";
  forward: boolean;
};

/** Where a page ended: the range of its walk, the last key seen there (null: none yet) and what of `offset` is left to skip. */
export const positionSchema = z.object({
  range: z.int().min(0).default(0),
  key: z.string().nullable().default(null),
  skip: z.int().min(0).default(0),
});

export type Position = z.output<typeof positionSchema>;

export type RecordPage = { records: IngestedRecord[]; next: Position | null };

/** Entries read for one item asked for, at most. */
const entriesPerItemMax = 4;
/** A page's payloads stay under Lambda's 6 MB answer, with room for the rest. */
const payloadBytesMax = 4_000_000;
const batchGetMax = 100;

/** A range, and the one status it is read for when its index does not say (null: any). */
type Part = Range & { status: RecordStatus | null };

/**
 * Reads one page. It reads at most 4 x limit entries (and what it skips), whatever the table holds, so a page may be
 * short while `next` is set.
 */
export async function listRecords(
  query: RecordQuery,
  limit: number,
  from: Position,
  nowMs: number,
): Promise<RecordPage> {
  const partitions = shardNames(environment().SHARDS).map((shard) => shardPartition("record", shard));
  const parts = partsOf(query);
  const budget = { left: Math.max(entriesPerItemMax * limit, partitions.length) + from.skip };
  const taken: Taken = { heads: [], skip: from.skip, payloadBytes: 0 };
  for (let range = from.range, key = from.key; range < parts.length; range++, key = null) {
    const part = parts[range] as Part;
    const walk = new ShardWalk(partitions, part, query.forward, key);
    for (;;) {
      const room = limit - taken.heads.length + taken.skip;
      if (room === 0 && walk.exhausted) break;
      if (room === 0) return page(taken.heads, { range, key, skip: 0 });
      const entries = await walk.next(Math.min(batchGetMax, room), budget);
      if (entries.length === 0 && walk.exhausted) break;
      if (entries.length === 0) return page(taken.heads, { range, key, skip: taken.skip });
      const seen = take(taken, query, part, entries, await headsOf(part, entries, nowMs));
      key = seen.key ?? key;
      if (seen.full) return page(taken.heads, { range, key, skip: taken.skip });
    }
    const more = range + 1 < parts.length;
    if (more && taken.heads.length === limit) return page(taken.heads, { range: range + 1, key: null, skip: 0 });
  }
  return page(taken.heads, null);
}

type Taken = { heads: RecordHead[]; skip: number; payloadBytes: number };

/** Takes what matches of some entries, skipping first; `full` when one more payload would make the answer too large. */
function take(
  taken: Taken,
  query: RecordQuery,
  part: Part,
  entries: readonly Entry[],
  heads: readonly (RecordHead | null)[],
): { key: string | null; full: boolean } {
  let key: string | null = null;
  for (const [at, entry] of entries.entries()) {
    const head = heads[at] ?? null;
    if (head !== null && matches(query, part, head)) {
      if (taken.skip > 0) taken.skip--;
      else if (taken.heads.length > 0 && taken.payloadBytes + (head.z ?? 0) > payloadBytesMax)
        return { key, full: true };
      else {
        taken.payloadBytes += head.z ?? 0;
        taken.heads.push(head);
      }
    }
    key = entry.key;
  }
  return { key, full: false };
}

async function page(heads: readonly RecordHead[], next: Position | null): Promise<RecordPage> {
  const long = heads.filter((head) => head.p === undefined).map((head) => payloadKey(head.sk));
  const payloads = new Map((await getMany(long)).map((item) => [String(item.pk), String(item.p)]));
  const records = heads.flatMap((head) => {
    const payload = head.p ?? payloads.get(payloadKey(head.sk).pk);
    return payload === undefined ? [] : [recordOf(head, payload)];
  });
  return { records, next };
}

/** The ranges that hold every record a query may give, in the order of its sort. */
function partsOf(query: RecordQuery): Part[] {
  const { status, category, source, sortBy } = query;
  if (sortBy === "status") return statusParts(query);
  if (sortBy === "category") return [{ ...namedRange("group", category, query), status }];
  if (sortBy === "source") return [{ ...namedRange("origin", source, query), status }];
  if (status === "pending" || status === "failed") return [{ ...namedRange("rare", status, query), status }];
  if (category !== null) return [{ ...namedRange("group", category, query), status }];
  if (source !== null) return [{ ...namedRange("origin", source, query), status }];
  return [{ ...timeRange(query), status }];
}

/** Statuses in their alphabetical order. The rare ones have an index; `processed` is most of the table, and filtered. */
function statusParts(query: RecordQuery): Part[] {
  const parts: Part[] = [
    { ...namedRange("rare", "failed", query), status: "failed" },
    { ...namedRange("rare", "pending", query), status: "pending" },
    { ...timeRange(query), status: "processed" },
  ];
  const asked = parts.filter((part) => query.status === null || query.status === part.status);
  return query.forward ? asked : asked.reverse();
}

function timeRange(query: RecordQuery): Range {
  return { index: null, low: lowestId(query), high: highestId(query) };
}

/** The entries of one name, by time; of every name, by name, when `name` is null. */
function namedRange(index: "group" | "origin" | "rare", name: string | null, query: RecordQuery): Range {
  if (name === null) return { index, low: " ", high: String.fromCodePoint(0x10ffff) };
  return { index, low: namedSortKey(name, lowestId(query)), high: namedSortKey(name, highestId(query)) };
}

function lowestId(query: RecordQuery): string {
  return uuid7Floor(query.createdAfterMs ?? 0);
}

function highestId(query: RecordQuery): string {
  return uuid7Ceiling(query.createdBeforeMs ?? Number.MAX_SAFE_INTEGER);
}

/** Checks a head against every filter: an index may be behind its table, and only one filter chose the range. */
function matches(query: RecordQuery, part: Part, head: RecordHead): boolean {
  const { category, source } = namesOf(head);
  return (
    (part.status === null || head.s === part.status) &&
    (query.category === null || category === query.category) &&
    (query.source === null || source === query.source) &&
    head.sk >= lowestId(query) &&
    head.sk <= highestId(query)
  );
}

/** The heads of entries, in their order: of the table they are there already, of an index they are read by key. */
async function headsOf(range: Range, entries: readonly Entry[], nowMs: number): Promise<(RecordHead | null)[]> {
  if (range.index === null) return entries.map((entry) => liveHead(entry.item, nowMs));
  const items = await getMany(entries.map((entry) => recordKey(entry.id)));
  const byId = new Map(items.map((item) => [String(item.sk), item]));
  return entries.map((entry) => {
    const item = byId.get(entry.id);
    return item === undefined ? null : liveHead(item, nowMs);
  });
}

/** An item's head, or null when its record is erased or its time is over. */
function liveHead(item: Record<string, unknown>, nowMs: number): RecordHead | null {
  const head = parseHead(item);
  return head === null || isExpired(head, nowMs) ? null : head;
}

async function getMany(keys: readonly Key[]): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let left = [...keys];
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt > 0) await sleep(Math.random() * Math.min(1_000, 20 * 2 ** attempt));
    const name = tableName();
    const answer = await table().send(
      new BatchGetCommand({ RequestItems: { [name]: { Keys: left.slice(0, batchGetMax) } } }),
    );
    const found = answer.Responses?.[name] ?? [];
    items.push(...found);
    const unprocessed = (answer.UnprocessedKeys?.[name]?.Keys ?? []) as Key[];
    if (unprocessed.length === 0) attempt = -1;
    left = [...unprocessed, ...left.slice(batchGetMax)];
  }
  return items;
}
