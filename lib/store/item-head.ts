import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { titleKey } from "#domain/folded-title.ts";
import type { ItemFacts } from "#domain/item-history.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { type ItemChange, type ItemStatus, itemStatuses, type WorkItem } from "#domain/work-item.ts";
import type { NewItem } from "./commit.ts";
import type { AttributeChange } from "./conditional-update.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { itemKey, namedSortKey, separator } from "./keys.ts";

/** The head of a work item. When it was given a status is kept by status: none is entered twice. */
const headSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  f: z.number(), // the item's format
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  q: z.string(), // the request that wrote it last
  s: z.enum(itemStatuses),
  g: z.string(), // beginning of the folded title TAB id
  o: z.string().optional(), // assignee TAB id
  r: z.string().optional(), // CANCELLED TAB id
  u: z.number(), // when it was written last, in milliseconds
  n: z.string(), // title
  d: z.string().nullable().optional(), // description; absent with `z`: it is an item of its own
  z: z.number().optional(), // bytes of a description that is, or was, an item of its own
  y: z.string().optional(), // the write that stored that one, unless it came with the item
  t: z.number().optional(), // when it is due, in milliseconds
  b: z.number().optional(), // when it was started, in milliseconds
  c: z.number().optional(), // when it was completed, in milliseconds
  k: z.number().optional(), // when it was cancelled, in milliseconds
  x: z.number().int(), // versions whose history lies in chunks
  h: z.array(z.string()), // history of the others, as JSON texts
});

export type ItemHead = z.infer<typeof headSchema>;

const format: ItemFormat = { current: 1, upgrades: {} };

/** The status of what is left of an erased item for a while: its write ids, and nothing of what it said. */
const erased = "erased";
const erasedKeptSeconds = 26 * 3600;

const sinceAttribute: Readonly<Record<Exclude<ItemStatus, "CREATED">, "b" | "c" | "k">> = {
  IN_PROGRESS: "b",
  COMPLETED: "c",
  CANCELLED: "k",
};

/** Reads an item as a head, whatever format it was written in. Null for what is left of an erased one. */
export function parseItemHead(item: Readonly<Record<string, unknown>>): ItemHead | null {
  return item.s === erased ? null : headSchema.parse(upgraded(format, item));
}

/** True when the description is an item of its own. */
export function isDescribedElsewhere({ d, z: bytes }: ItemHead): boolean {
  return d === undefined && bytes !== undefined;
}

/** The work item of a head. @param description its description when that is an item of its own */
export function workItemOf(head: ItemHead, description: string | null): WorkItem {
  const since = head.s === "CREATED" ? undefined : head[sinceAttribute[head.s]];
  return {
    id: head.sk,
    ...factsOf(head),
    description: isDescribedElsewhere(head) ? description : (head.d ?? null),
    statusSinceMs: since ?? uuid7TimeMs(head.sk),
    updatedAtMs: head.u,
    version: head.v,
  };
}

/** What a history keeps of a head. */
export function factsOf({ n, o, t, s }: ItemHead): ItemFacts {
  return {
    title: n,
    assignee: o === undefined ? null : o.slice(0, o.indexOf(separator)),
    dueAtMs: t ?? null,
    status: s,
  };
}

/** A description as a head holds it: the text, or the bytes of one that is an item of its own. */
export type DescriptionPlace = { d: string } | { z: number };

/** The head of a new item, but for what the commit adds. @param description null: it has none */
export function newItemHead(item: WorkItem, description: DescriptionPlace | null, history: readonly string[]): NewItem {
  return {
    ...itemKey(item.id),
    f: format.current,
    v: item.version,
    s: item.status,
    ...titleAttributes(item.id, item.title),
    ...(item.assignee === null ? {} : { o: namedSortKey(item.assignee, item.id) }),
    ...(item.dueAtMs === null ? {} : { t: item.dueAtMs }),
    ...description,
    u: item.updatedAtMs,
    x: item.version - history.length,
    h: [...history],
  };
}

/**
 * What a change alters in a head.
 *
 * @param description where it is from now on; null: there is none any more; undefined: it stays
 */
export function headChange(
  id: string,
  { title, assignee, dueAtMs, status }: ItemChange,
  description: DescriptionPlace | null | undefined,
  event: string,
  { writeId, nowMs }: { writeId: string; nowMs: number },
): AttributeChange {
  return {
    key: itemKey(id),
    set: {
      u: nowMs,
      ...(title === undefined ? {} : titleAttributes(id, title)),
      ...(assignee == null ? {} : { o: namedSortKey(assignee, id) }),
      ...(dueAtMs == null ? {} : { t: dueAtMs }),
      ...descriptionAttributes(description, writeId),
      ...(status === undefined ? {} : { s: status }),
      ...(status === "CANCELLED" ? { r: namedSortKey(status, id) } : {}),
    },
    setOnce: status === undefined || status === "CREATED" ? {} : { [sinceAttribute[status]]: nowMs },
    append: { h: event },
    remove: [
      ...(assignee === null ? ["o"] : []),
      ...(dueAtMs === null ? ["t"] : []),
      ...(description != null && "z" in description ? ["d"] : []),
    ],
  };
}

/** What an erasure alters in a head. Nothing of what the item said is left. */
export function erasure(id: string, nowMs: number): AttributeChange {
  return {
    key: itemKey(id),
    set: { s: erased, u: nowMs, [ttlAttribute]: Math.floor(nowMs / 1000) + erasedKeptSeconds },
    setOnce: {},
    append: {},
    remove: ["f", "g", "o", "r", "n", "d", "z", "y", "t", "b", "c", "k", "x", "h"],
  };
}

/** None is said in so many words: without `d` a `z` of before would be taken for a description elsewhere. */
function descriptionAttributes(description: DescriptionPlace | null | undefined, writeId: string) {
  if (description === undefined) return {};
  if (description === null) return { d: null };
  return "z" in description ? { ...description, y: writeId } : description;
}

function titleAttributes(id: string, title: string): { g: string; n: string } {
  return { g: namedSortKey(titleKey(title), id), n: title };
}
