import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { factsAfter, type ItemEvent, type ItemFacts } from "#domain/item-history.ts";
import { itemStatuses } from "#domain/work-item.ts";
import { commit, type Write, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { factsOf, type ItemHead, parseItemHead } from "./item-head.ts";
import { itemSizeBytes } from "./item-size.ts";
import { itemHistoryKey, itemKey } from "./keys.ts";
import { removeItem } from "./partition.ts";
import { table, tableName } from "./table.ts";

/**
 * The history of a work item: its newest events in the head, where each is added by the very update it tells of; older
 * ones in chunks. A chunk also says what the item was after its last event, since an event tells what it set alone.
 */
const chunkSchema = z.object({
  sk: z.string(), // the version its last event made, after `history#`
  h: z.array(z.string()), // its events
  a: z.string(), // what the item was after them, as JSON text
});

/** An event as it is stored: short names, since every byte of a head is billed at every write, and no version of its own. */
const eventSchema = z.object({
  t: z.number(), // when, in milliseconds
  b: z.string(), // by whom
  s: z.enum(itemStatuses).optional(), // status
  n: z.string().optional(), // title
  a: z.string().nullable().optional(), // assignee
  e: z.number().nullable().optional(), // when it is due, in milliseconds
  d: z.literal(1).optional(), // the description was sent
});

/** A head that is longer hands its history over to a chunk, so that the next event finds room in the unit it pays for. */
const roomyHeadBytesMax = 900;
/** A history that is shorter stays: a head that is long by itself would else pay for a chunk at every change. */
const chunkBytesMin = 256;
const chunksPerRead = 25;

/** An event as its head keeps it. */
export function eventText({ atMs, by, set, describes }: Omit<ItemEvent, "version">): string {
  const { status: s, title: n, assignee: a, dueAtMs: e } = set;
  return JSON.stringify({ t: atMs, b: by, s, n, a, e, ...(describes ? { d: 1 } : {}) });
}

/** True when a head's history is to go into a chunk. */
export function isFull(head: Readonly<Record<string, unknown>>): boolean {
  return itemSizeBytes(head) > roomyHeadBytesMax && itemSizeBytes({ h: head.h }) >= chunkBytesMin;
}

/** The write that stores events as a chunk, the last of which made a version. */
export function chunkWrite(id: string, lastVersion: number, texts: readonly string[], facts: ItemFacts): Write {
  const item = { ...itemHistoryKey(id, lastVersion), v: 1, h: [...texts], a: JSON.stringify(facts) };
  return { item, condition: { absent: true } };
}

/**
 * Moves the history of a head into a chunk. The chunk comes first: if the second write is lost, the events are in both, and
 * are told once. Events that others have added meanwhile stay in the head. A head whose history somebody else has moved, or
 * that is erased, is left as it is.
 */
export async function spillHistory(head: ItemHead, by: WrittenBy): Promise<void> {
  const { sk: id, v, x, h } = head;
  await commit([chunkWrite(id, v, h, factsOf(head))], by); // whether it stood there already or not: whoever makes it makes the same
  if ((await shortened(id, x, v, h.length)) === "erased") await removeItem(itemHistoryKey(id, v));
}

async function shortened(id: string, from: number, to: number, count: number): Promise<"done" | "erased"> {
  const command = new UpdateCommand({
    TableName: tableName(),
    Key: itemKey(id),
    // From the last on: so no place moves before it is reached, whichever way an engine goes.
    UpdateExpression: `SET x = :to REMOVE ${Array.from({ length: count }, (_, at) => `h[${count - 1 - at}]`).join(", ")}`,
    ConditionExpression: "x = :from",
    ExpressionAttributeValues: { ":from": from, ":to": to },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    await table().send(command);
    return "done";
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item === undefined || parseItemHead(unmarshall(error.Item)) === null ? "erased" : "done";
  }
}

/** Events of an item after a version, in order, and what it was before the first of them (null: it was not there). */
export type History = { events: ItemEvent[]; before: ItemFacts | null };

/** Reads events after a version: at least one of those there are, and at most what one read of chunks and the head hold. */
export async function readHistory(head: ItemHead, after: number): Promise<History> {
  const { sk: id, x: inChunks } = head;
  const chunks = after < inChunks ? await readChunks(id, after + 1, inChunks) : [];
  const first = chunks[0] === undefined ? inChunks : chunks[0].last - chunks[0].texts.length;
  const isWhole = chunks.length === 0 || chunks.at(-1)?.last === inChunks;
  const all = isWhole ? [...chunks, { last: head.v, texts: head.h }] : chunks;
  let facts = first === 0 ? null : await factsAt(id, first);
  let before = facts;
  let seen = first;
  const events: ItemEvent[] = [];
  for (const event of all.flatMap(eventsOf)) {
    if (event.version <= seen) continue; // in a chunk whose head was not shortened, and in the next
    seen = event.version;
    facts = factsAfter(facts, event);
    if (event.version <= after) before = facts;
    else events.push(event);
  }
  return { events, before };
}

function eventsOf({ last, texts }: Chunk): ItemEvent[] {
  return texts.map((text, at) => {
    const { t, b, s, n, a, e, d } = eventSchema.parse(JSON.parse(text));
    const set = {
      ...(s === undefined ? {} : { status: s }),
      ...(n === undefined ? {} : { title: n }),
      ...(a === undefined ? {} : { assignee: a }),
      ...(e === undefined ? {} : { dueAtMs: e }),
    };
    return { version: last - texts.length + 1 + at, atMs: t, by: b, set, describes: d === 1 };
  });
}

type Chunk = { last: number; texts: readonly string[] };

async function readChunks(id: string, fromVersion: number, toVersion: number): Promise<Chunk[]> {
  const { pk, sk: low } = itemHistoryKey(id, fromVersion);
  const { Items: items = [] } = await table().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
      ExpressionAttributeValues: { ":pk": pk, ":low": low, ":high": itemHistoryKey(id, toVersion).sk },
      ConsistentRead: true,
      Limit: chunksPerRead,
    }),
  );
  return items.map((item) => {
    const { sk, h } = chunkSchema.parse(item);
    return { last: Number(sk.slice(sk.indexOf("#") + 1)), texts: h };
  });
}

/** What the item was after the last event of a chunk. */
async function factsAt(id: string, lastVersion: number): Promise<ItemFacts | null> {
  const item = await getItem(itemHistoryKey(id, lastVersion));
  return item === undefined ? null : (JSON.parse(chunkSchema.parse(item).a) as ItemFacts);
}
