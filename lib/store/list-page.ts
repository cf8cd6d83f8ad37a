import * as z from "zod";
import { uuid7Ceiling, uuid7Floor } from "#domain/uuid7.ts";
import { environment } from "./environment.ts";
import { batchGetMax, getMany } from "./get-many.ts";
import { type Key, namedSortKey, type ShardedFamily, shardNames, shardPartition } from "./keys.ts";
import { type Entry, type Range, ShardWalk } from "./walk.ts";

/** Where a page ended: the range of its walk, the last key seen there (null: none yet) and what of `offset` is left to skip. */
export const positionSchema = z.object({
  range: z.int().min(0).default(0),
  key: z.string().nullable().default(null),
  skip: z.int().min(0).default(0),
});

export type Position = z.output<typeof positionSchema>;

/** A page of heads, and where the next begins; null at the end. */
export type HeadPage<Head> = { heads: Head[]; next: Position | null };

/** How a family is listed. */
export type Listing<Head, Part extends Range> = {
  family: ShardedFamily;
  /** The ranges that hold every head that may match, in the order of the list. */
  parts: readonly Part[];
  forward: boolean;
  /** Where the head of an id lies. */
  keyOf: (id: string) => Key;
  /** An item's head; null for what is not in the list any more. */
  parse: (item: Record<string, unknown>) => Head | null;
  /** Checks a head against every filter: an index may be behind its table, and only one filter chose the range. */
  matches: (head: Head, part: Part) => boolean;
  /** Bytes of an answer that a head brings besides itself. */
  extraBytes?: (head: Head) => number;
};

/** Entries read for one item asked for, at most. */
const entriesPerItemMax = 4;
/** What a page brings besides its heads stays under Lambda's 6 MB answer, with room for the rest. */
const extraBytesMax = 4_000_000;

/**
 * Reads one page. It reads at most 4 x limit entries (and what it skips), whatever the table holds, so a page may be
 * short while `next` is set.
 */
export async function listPage<Head, Part extends Range>(
  listing: Listing<Head, Part>,
  limit: number,
  from: Position,
): Promise<HeadPage<Head>> {
  const { parts, family, forward } = listing;
  const partitions = shardNames(environment().SHARDS).map((shard) => shardPartition(family, shard));
  const budget = { left: Math.max(entriesPerItemMax * limit, partitions.length) + from.skip };
  const taken: Taken<Head> = { heads: [], skip: from.skip, extraBytes: 0 };
  for (let range = from.range, key = from.key; range < parts.length; range++, key = null) {
    const part = parts[range] as Part;
    const walk = new ShardWalk(partitions, part, forward, key);
    for (;;) {
      const room = limit - taken.heads.length + taken.skip;
      if (room === 0 && walk.exhausted) break;
      if (room === 0) return { heads: taken.heads, next: { range, key, skip: 0 } };
      const entries = await walk.next(Math.min(batchGetMax, room), budget);
      if (entries.length === 0 && walk.exhausted) break;
      if (entries.length === 0) return { heads: taken.heads, next: { range, key, skip: taken.skip } };
      const seen = take(taken, listing, part, entries, await headsOf(listing, part, entries));
      key = seen.key ?? key;
      if (seen.full) return { heads: taken.heads, next: { range, key, skip: taken.skip } };
    }
    const more = range + 1 < parts.length;
    if (more && taken.heads.length === limit)
      return { heads: taken.heads, next: { range: range + 1, key: null, skip: 0 } };
  }
  return { heads: taken.heads, next: null };
}

/** When what a list asks for was created, both ends included; null: at any time. */
export type CreatedWithin = { createdAfterMs: number | null; createdBeforeMs: number | null };

/** The range of a family's ids, by time. */
export function timeRange(within: CreatedWithin): Range {
  return { index: null, low: lowestId(within), high: highestId(within) };
}

/** The entries of one name in an index, by time; of every name, by name, when `name` is null. */
export function namedRange(index: "group" | "origin" | "rare", name: string | null, within: CreatedWithin): Range {
  if (name === null) return { index, low: " ", high: String.fromCodePoint(0x10ffff) };
  return { index, low: namedSortKey(name, lowestId(within)), high: namedSortKey(name, highestId(within)) };
}

/** True for an id that was made within the bounds. */
export function isWithin(id: string, within: CreatedWithin): boolean {
  return id >= lowestId(within) && id <= highestId(within);
}

type Taken<Head> = { heads: Head[]; skip: number; extraBytes: number };

/** Takes what matches of some entries, skipping first; `full` when one more would make the answer too large. */
function take<Head, Part extends Range>(
  taken: Taken<Head>,
  { matches, extraBytes = () => 0 }: Listing<Head, Part>,
  part: Part,
  entries: readonly Entry[],
  heads: readonly (Head | null)[],
): { key: string | null; full: boolean } {
  let key: string | null = null;
  for (const [at, entry] of entries.entries()) {
    const head = heads[at] ?? null;
    if (head !== null && matches(head, part)) {
      if (taken.skip > 0) taken.skip--;
      else if (taken.heads.length > 0 && taken.extraBytes + extraBytes(head) > extraBytesMax)
        return { key, full: true };
      else {
        taken.extraBytes += extraBytes(head);
        taken.heads.push(head);
      }
    }
    key = entry.key;
  }
  return { key, full: false };
}

/** The heads of entries, in their order: of the table they are there already, of an index they are read by key. */
async function headsOf<Head, Part extends Range>(
  { keyOf, parse }: Listing<Head, Part>,
  range: Range,
  entries: readonly Entry[],
): Promise<(Head | null)[]> {
  if (range.index === null) return entries.map((entry) => parse(entry.item));
  const items = await getMany(entries.map((entry) => keyOf(entry.id)));
  const byId = new Map(items.map((item) => [String(item.sk), item]));
  return entries.map((entry) => {
    const item = byId.get(entry.id);
    return item === undefined ? null : parse(item);
  });
}

function lowestId({ createdAfterMs }: CreatedWithin): string {
  return uuid7Floor(createdAfterMs ?? 0);
}

function highestId({ createdBeforeMs }: CreatedWithin): string {
  return uuid7Ceiling(createdBeforeMs ?? Number.MAX_SAFE_INTEGER);
}
