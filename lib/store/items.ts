import { DomainError } from "#domain/domain-error.ts";
import { parseUuid } from "#domain/uuid7.ts";
import { refusedVersion, type VersionCondition } from "#domain/version-condition.ts";
import { type ItemChange, itemStatuses, refusedMove, sourcesOf, type WorkItem } from "#domain/work-item.ts";
import type { Item, Write, WrittenBy } from "./commit.ts";
import { type Changed, conditionalUpdate, conditionalUpdateWith } from "./conditional-update.ts";
import { getItem } from "./get-item.ts";
import {
  dropOldDescription,
  hasOldDescription,
  insertDescription,
  placeOf,
  readDescription,
  replaceDescription,
} from "./item-description.ts";
import {
  erasure,
  headChange,
  type ItemHead,
  isDescribedElsewhere,
  newItemHead,
  parseItemHead,
  workItemOf,
} from "./item-head.ts";
import { chunkWrite, eventText, isFull, spillHistory } from "./item-history.ts";
import { itemKey, itemPartsPartition } from "./keys.ts";
import { keysOf, removeItem } from "./partition.ts";

/** Who changes an item, when, and by which write. */
export type ChangedBy = WrittenBy & { name: string; nowMs: number };

const rereadsMax = 8;

/** The writes that create an item: its head, and what is too long for it. All or nothing. */
export function insertItem(item: WorkItem, by: string): Write[] {
  const { id, title, assignee, dueAtMs, status, description } = item;
  const set = { status, title, ...(assignee === null ? {} : { assignee }), ...(dueAtMs === null ? {} : { dueAtMs }) };
  const event = eventText({ atMs: item.updatedAtMs, by, set, describes: description !== null });
  const place = description === null ? null : placeOf(description);
  const whole = newItemHead(item, place, [event]);
  const head = isFull(whole) ? newItemHead(item, place, []) : whole;
  return [
    { item: head, condition: { absent: true } },
    ...(head === whole ? [] : [chunkWrite(id, 1, [event], { title, assignee, dueAtMs, status })]),
    ...(description !== null && place !== null && "z" in place ? [insertDescription(id, description)] : []),
  ];
}

/**
 * Changes an item in one write, which reads nothing first: the condition holds all that must be so. Gives its head as it
 * is then.
 *
 * @throws DomainError `resource_not_found` when there is none, `precondition_failed` when it has another version,
 * `state_conflict` when its status cannot become the one that is asked for.
 */
export async function updateItem(
  idText: string,
  change: ItemChange,
  versions: VersionCondition,
  by: ChangedBy,
): Promise<ItemHead> {
  const id = existingId(idText);
  const { description, status, ...set } = change;
  const place = description == null ? description : placeOf(description);
  const event = eventText({
    atMs: by.nowMs,
    by: by.name,
    set: status === undefined ? set : { ...set, status },
    describes: description !== undefined,
  });
  const altered = headChange(id, change, place, event, by);
  const condition = { versions, statuses: status === undefined ? itemStatuses : sourcesOf(status) };
  const isLong = description != null && place != null && "z" in place;
  const reread = async () => ((await getItem(itemKey(id))) as Item | undefined) ?? null;
  const changed = isLong
    ? await conditionalUpdateWith([replaceDescription(id, description)], altered, condition, by, reread)
    : await conditionalUpdate(altered, condition, by);
  const head = headIn(changed);
  if (head === null) throw notFound();
  if (changed.changed) return head;
  if (versions !== null && !versions.includes(head.v)) throw refusedVersion(head.v);
  throw refusedMove(head.s, status ?? head.s);
}

/**
 * Does what a change leaves to do now and then: a full history goes into a chunk, a long description that is no more goes.
 * What is left undone is done with the next change.
 */
export async function tidyItem(head: ItemHead, by: WrittenBy): Promise<void> {
  if (isFull(head)) await spillHistory(head, by);
  if (hasOldDescription(head)) await dropOldDescription(head, by);
}

/**
 * Erases an item, and what belongs to it. What is left for a while tells a repeat that it was its own, and nothing of
 * what the item said.
 *
 * @throws DomainError `resource_not_found` when there is none, `precondition_failed` when it has another version.
 */
export async function eraseItem(idText: string, versions: VersionCondition, by: ChangedBy): Promise<void> {
  const id = existingId(idText);
  const changed = await conditionalUpdate(erasure(id, by.nowMs), { versions, statuses: itemStatuses }, by);
  const standing = headIn(changed);
  if (standing !== null) throw refusedVersion(standing.v);
  const wasThere = changed.changed || changed.current !== null;
  if (wasThere) for (const key of await keysOf(itemPartsPartition(id))) await removeItem(key); // also what an erasure that died left
  if (!changed.changed) throw notFound();
}

/** Loads the head of an item: one consistent read. @throws DomainError `resource_not_found` when there is none. */
export async function loadItemHead(idText: string): Promise<ItemHead> {
  const item = await getItem(itemKey(existingId(idText)));
  const head = item === undefined ? null : parseItemHead(item);
  if (head === null) throw notFound();
  return head;
}

/** Loads an item: one consistent read, two when its description is an item of its own. @throws DomainError as `loadItemHead`. */
export async function loadItem(idText: string): Promise<WorkItem> {
  return describedItem(await loadItemHead(idText));
}

/** The item of a head. A long description is read; when another has taken its place since, so is the head. */
export async function describedItem(head: ItemHead): Promise<WorkItem> {
  let standing = head;
  for (let reads = 1; ; reads++) {
    if (!isDescribedElsewhere(standing)) return workItemOf(standing, null);
    const description = await readDescription(standing);
    if (description !== undefined) return workItemOf(standing, description);
    if (reads > rereadsMax) throw new Error(`The description of item ${head.sk} is missing.`);
    standing = await loadItemHead(head.sk);
  }
}

function headIn(changed: Changed): ItemHead | null {
  const item = changed.changed ? changed.item : changed.current;
  return item === null ? null : parseItemHead(item);
}

function existingId(text: string): string {
  const id = parseUuid(text);
  if (id === null) throw notFound();
  return id;
}

function notFound(): DomainError {
  return new DomainError("resource_not_found", "Item not found");
}
