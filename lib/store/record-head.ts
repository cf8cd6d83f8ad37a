import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { type IngestedRecord, recordStatuses } from "#domain/record.ts";
import type { NewItem } from "./commit.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { namedSortKey, recordKey, separator } from "./keys.ts";

/** The head of a record. Names are one letter because each byte is billed at every write. */
const headSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  q: z.string(), // the request that wrote it last
  s: z.enum(recordStatuses),
  g: z.string(), // category TAB id
  o: z.string(), // source TAB id
  u: z.number(), // when it was written last, in milliseconds
  p: z.string().optional(), // the payload as JSON text; absent: it is an item of its own
  z: z.number().optional(), // bytes of a payload that is an item of its own
  c: z.string().optional(), // classification
  n: z.string().optional(), // score
  x: z.string().optional(), // the rule that decided
  e: z.string().optional(), // why processing failed
  [ttlAttribute]: z.number().optional(), // when it expires, in seconds
});

export type RecordHead = z.infer<typeof headSchema>;

/** A payload is in the head as JSON text, or an item of its own with this many bytes. */
export type PayloadPlace = { p: string } | { z: number };

/** Format 1 had no request id. */
const format: ItemFormat = { current: 2, upgrades: { 1: (item) => ({ q: "", ...item }) } };

/** The status of what is left of an erased record for a while: its write ids, and nothing of what it said. */
const erased = "erased";

/** Reads an item as a head, whatever format it was written in. Null for what is left of an erased record. */
export function parseHead(item: Record<string, unknown>): RecordHead | null {
  return item.s === erased ? null : headSchema.parse(upgraded(format, item));
}

/** True once a record's time is over, whether or not DynamoDB has deleted it yet. */
export function isExpired(head: RecordHead, nowMs: number): boolean {
  const expiresAtSeconds = head[ttlAttribute];
  return expiresAtSeconds !== undefined && expiresAtSeconds * 1000 <= nowMs;
}

/** What a head says of its record's category and source, which it holds in its index keys alone. */
export function namesOf(head: RecordHead): { category: string; source: string } {
  return { category: nameIn(head.g), source: nameIn(head.o) };
}

/** Builds a record from its head and its payload's JSON text. */
export function recordOf(head: RecordHead, payloadText: string): IngestedRecord {
  const expiresAtSeconds = head[ttlAttribute];
  const common = {
    id: head.sk,
    ...namesOf(head),
    payload: JSON.parse(payloadText) as Record<string, unknown>,
    expiresAtMs: expiresAtSeconds === undefined ? null : expiresAtSeconds * 1000,
    updatedAtMs: head.u,
    version: head.v,
  };
  if (head.s === "pending") return { ...common, status: "pending" };
  if (head.s === "failed") return { ...common, status: "failed", error: head.e ?? "" };
  return {
    ...common,
    status: "processed",
    classification: head.c ?? "",
    score: head.n ?? "",
    result: { rule: head.x ?? "" },
  };
}

/** The head of a record, but for what the commit adds. */
export function headOf(record: IngestedRecord, payload: PayloadPlace): NewItem {
  return {
    ...recordKey(record.id),
    f: format.current,
    v: record.version,
    s: record.status,
    g: namedSortKey(record.category, record.id),
    o: namedSortKey(record.source, record.id),
    ...(record.status === "processed" ? {} : { r: namedSortKey(record.status, record.id) }),
    u: record.updatedAtMs,
    ...payload,
    ...lifetimeOf(record),
    ...(record.status === "processed" ? { c: record.classification, n: record.score, x: record.result.rule } : {}),
    ...(record.status === "failed" ? { e: record.error } : {}),
  };
}

/** When DynamoDB deletes the items of a record; nothing for one that stays. */
export function lifetimeOf(record: IngestedRecord): { [ttlAttribute]?: number } {
  return record.expiresAtMs === null ? {} : { [ttlAttribute]: Math.ceil(record.expiresAtMs / 1000) };
}

/**
 * What takes the place of an erased record for a while, so that a repeat of the erasure is known as such, and a batch
 * that is repeated does not bring it back: longer than the answers of idempotency keys are kept.
 */
export function erasedHeadOf(record: IngestedRecord, nowMs: number): NewItem {
  const keptSeconds = 26 * 3600;
  return {
    ...recordKey(record.id),
    v: record.version + 1,
    s: erased,
    u: nowMs,
    [ttlAttribute]: Math.floor(nowMs / 1000) + keptSeconds,
  };
}

function nameIn(sortKey: string): string {
  return sortKey.slice(0, sortKey.indexOf(separator));
}
