import { foldedTitle, titleKey } from "#domain/folded-title.ts";
import type { ItemFilters } from "#domain/item-summary.ts";
import type { WorkItem } from "#domain/work-item.ts";
import { readDescriptions } from "./item-description.ts";
import { factsOf, type ItemHead, isDescribedElsewhere, parseItemHead, workItemOf } from "./item-head.ts";
import { itemKey } from "./keys.ts";
import { isWithin, listPage, namedRange, type Position, timeRange } from "./list-page.ts";
import type { Range } from "./walk.ts";

/** What a list of work items asks for. */
export type ItemQuery = ItemFilters & { sortBy: "created_at" | "title"; forward: boolean };

const highest = String.fromCodePoint(0x10ffff);

/** Reads one page, as `listPage` does. */
export async function listItems(
  query: ItemQuery,
  limit: number,
  from: Position,
): Promise<{ items: WorkItem[]; next: Position | null }> {
  const { heads, next } = await listPage<ItemHead, Range>(
    {
      family: "item",
      parts: [rangeOf(query)],
      forward: query.forward,
      keyOf: itemKey,
      parse: parseItemHead,
      matches: (head) => matches(query, head),
      extraBytes: (head) => (isDescribedElsewhere(head) ? (head.z ?? 0) : 0),
    },
    limit,
    from,
  );
  const descriptions = await readDescriptions(heads);
  return { items: heads.map((head) => workItemOf(head, descriptions.get(head.sk) ?? null)), next };
}

/** The one range to read: that of the filter which leaves the fewest. Statuses that most items pass through have no index. */
function rangeOf(query: ItemQuery): Range {
  const { sortBy, titlePrefix, assignee, status } = query;
  if (sortBy === "title") return titleRange(titlePrefix);
  if (assignee !== null) return namedRange("origin", assignee, query);
  if (status === "CANCELLED") return namedRange("rare", status, query);
  return timeRange(query);
}

/** The titles that begin so, in their order; null: all. */
function titleRange(prefix: string | null): Range {
  if (prefix === null) return namedRange("group", null, { createdAfterMs: null, createdBeforeMs: null });
  const low = titleKey(prefix);
  return { index: "group", low, high: `${low}${highest}` };
}

function matches(query: ItemQuery, head: ItemHead): boolean {
  const { status, assignee, titlePrefix, dueBeforeMs } = query;
  const { title, assignee: assigned, dueAtMs } = factsOf(head);
  return (
    (status === null || head.s === status) &&
    (assignee === null || assigned === assignee) &&
    (titlePrefix === null || foldedTitle(title).startsWith(foldedTitle(titlePrefix))) &&
    (dueBeforeMs === null || (dueAtMs !== null && dueAtMs <= dueBeforeMs)) &&
    isWithin(head.sk, query)
  );
}
