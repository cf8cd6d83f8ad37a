import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import { type IngestedRecord, recordStatuses } from "#domain/record.ts";
import { parseUuid } from "#domain/uuid7.ts";
import type { Item, Write } from "./commit.ts";
import { itemSizeBytes } from "./item-size.ts";
import { namedSortKey, payloadKey, recordKey, separator } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** A head stays within one write unit, so that processing a record costs one, whatever its payload. */
const headBytesMax = 1024;
/** What a head gets besides: request id and write ids, and by processing a class, score and rule, less its entry in `rare`. */
const otherBytes = 58;

/** The head of a record. Names are one letter because each byte is billed at every write. */
const headSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  v: z.number().int(),
  w: z.array(z.string()),
  s: z.enum(recordStatuses),
  g: z.string(),
  o: z.string(),
  u: z.number(),
  p: z.string().optional(), // the payload as JSON text; absent: it is an item of its own
  z: z.number().optional(), // bytes of a payload that is an item of its own
  c: z.string().optional(),
  n: z.string().optional(),
  x: z.string().optional(),
  e: z.string().optional(),
});

export type RecordHead = z.infer<typeof headSchema>;

/** A record as it was loaded, with what a write on its condition needs: earlier write ids, and where its payload is. */
export type LoadedRecord = { record: IngestedRecord; writeIds: string[]; payload: PayloadPlace };

/** A payload is in the head as JSON text, or an item of its own with this many bytes. */
type PayloadPlace = { p: string } | { z: number };

/** The writes that create a record: its head, and its payload too when it is long. All or nothing. */
export function insertRecord(record: IngestedRecord): Write[] {
  const payload = JSON.stringify(record.payload);
  const inline = headOf(record, { p: payload });
  if (itemSizeBytes(inline) + otherBytes <= headBytesMax) return [{ item: inline, condition: { absent: true } }];
  return [
    { item: headOf(record, { z: Buffer.byteLength(payload) }), condition: { absent: true } },
    { item: { ...payloadKey(record.id), v: 1, p: payload }, condition: { absent: true } },
  ];
}

/** The write that replaces a loaded record by its next version, if it is still the one that was loaded. */
export function replaceRecord(loaded: LoadedRecord, next: IngestedRecord): Write[] {
  const { record, writeIds, payload } = loaded;
  return [{ item: headOf(next, payload), condition: { version: record.version, writeIds } }];
}

/** Loads a record with its payload: one consistent read, two when the payload is an item of its own. Null when there is none. */
export async function findRecord(idText: string): Promise<LoadedRecord | null> {
  const id = parseUuid(idText);
  const { Item: item } = id === null ? {} : await table().send(getCommand(recordKey(id)));
  if (item === undefined) return null;
  const head = parseHead(item);
  const payload = head.p === undefined ? { z: head.z ?? 0 } : { p: head.p };
  return { record: recordOf(head, head.p ?? (await loadPayload(head.sk))), writeIds: head.w, payload };
}

/** Loads a record as `findRecord` does. @throws DomainError `resource_not_found` when there is none with this id. */
export async function loadRecord(id: string): Promise<LoadedRecord> {
  const loaded = await findRecord(id);
  if (loaded === null) throw new DomainError("resource_not_found", "Record not found");
  return loaded;
}

/** Checks a stored or streamed item against the head's shape. */
export function parseHead(item: unknown): RecordHead {
  return headSchema.parse(item);
}

/** What a head says of its record's category and source, which it holds in its index keys alone. */
export function namesOf(head: RecordHead): { category: string; source: string } {
  return { category: nameIn(head.g), source: nameIn(head.o) };
}

/** Builds a record from its head and its payload's JSON text. */
export function recordOf(head: RecordHead, payloadText: string): IngestedRecord {
  const common = {
    id: head.sk,
    ...namesOf(head),
    payload: JSON.parse(payloadText) as Record<string, unknown>,
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

function headOf(record: IngestedRecord, payload: PayloadPlace): Omit<Item, "w"> {
  return {
    ...recordKey(record.id),
    v: record.version,
    s: record.status,
    g: namedSortKey(record.category, record.id),
    o: namedSortKey(record.source, record.id),
    ...(record.status === "processed" ? {} : { r: namedSortKey(record.status, record.id) }),
    u: record.updatedAtMs,
    ...payload,
    ...(record.status === "processed" ? { c: record.classification, n: record.score, x: record.result.rule } : {}),
    ...(record.status === "failed" ? { e: record.error } : {}),
  };
}

async function loadPayload(id: string): Promise<string> {
  const { Item: item } = await table().send(getCommand(payloadKey(id)));
  if (typeof item?.p !== "string") throw new Error(`The payload of record ${id} is missing.`);
  return item.p;
}

function getCommand(key: { pk: string; sk: string }): GetCommand {
  return new GetCommand({ TableName: tableName(), Key: key, ConsistentRead: true });
}

function nameIn(sortKey: string): string {
  return sortKey.slice(0, sortKey.indexOf(separator));
}
