import { tabulate, totalIn } from "./tabulate.ts";
import { type ItemStatus, itemStatuses } from "./work-item.ts";

/** Which work items a list asks for; null: any. Times are inclusive, in milliseconds since the epoch. */
export type ItemFilters = {
  status: ItemStatus | null;
  assignee: string | null;
  titlePrefix: string | null;
  dueBeforeMs: number | null;
  createdAfterMs: number | null;
  createdBeforeMs: number | null;
};

/** Counts of work items by status. */
export function summarizeItems(counters: ReadonlyMap<string, number>): {
  all: number;
  byStatus: Record<ItemStatus, number>;
} {
  const { all, byStatus } = tabulate(counters, "item", itemStatuses, { status: null, value: null });
  return { all, byStatus };
}

/** How many items match in all, where the counters know it: by status alone. Null where it would need a scan. */
export function totalOfItems(
  counters: ReadonlyMap<string, number>,
  { status, assignee, titlePrefix, dueBeforeMs, createdAfterMs, createdBeforeMs }: ItemFilters,
): number | null {
  const further = [assignee, titlePrefix, dueBeforeMs, createdAfterMs, createdBeforeMs];
  return further.every((filter) => filter === null) ? totalIn(counters, "item", { status, value: null }) : null;
}
