import { dayOf } from "./instant.ts";
import type { Tally } from "./tally.ts";
import { type ItemStatus, itemCreatedAtMs } from "./work-item.ts";

/** How a work item is counted: by its status alone. */
export function itemTally(item: { id: string; status: ItemStatus }): Tally {
  const day = dayOf(itemCreatedAtMs(item));
  return { family: "item", day, status: item.status, values: { item: "all" }, durationMs: null };
}
