import { otherName, parseCounterName } from "./tally.ts";

/** Counts by status, and by status for each value of one dimension. Values that come to 0 are left out; the rest are sorted. */
export type Table<Status extends string> = {
  all: number;
  byStatus: Record<Status, number>;
  byValue: Map<string, { total: number; byStatus: Record<Status, number> }>;
};

/** Tabulates the counters of one dimension, of what matches `filters` (null: any). */
export function tabulate<Status extends string>(
  counters: ReadonlyMap<string, number>,
  dimension: string,
  statuses: readonly Status[],
  filters: { status: Status | null; value: string | null },
): Table<Status> {
  const none = () => Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  const byStatus = none();
  const byValue: Table<Status>["byValue"] = new Map();
  for (const [name, count] of counters) {
    const counter = parseCounterName(name);
    if (counter === null || counter.expired || counter.dimension !== dimension) continue;
    const status = counter.status as Status;
    if (filters.status !== null && status !== filters.status) continue;
    if (filters.value !== null && counter.value !== filters.value) continue;
    const row = byValue.get(counter.value) ?? { total: 0, byStatus: none() };
    byValue.set(counter.value, row);
    row.total += count;
    row.byStatus[status] += count;
    byStatus[status] += count;
  }
  const present = [...byValue].filter(([, { total }]) => total !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return { all: statuses.reduce((sum, status) => sum + byStatus[status], 0), byStatus, byValue: new Map(present) };
}

/**
 * How many there are with a status and a value of one dimension (null: any), where the counters know it. Null for a value
 * that they do not know by name while some count as `other`: it may be among those.
 */
export function totalIn(
  counters: ReadonlyMap<string, number>,
  dimension: string,
  { status, value }: { status: string | null; value: string | null },
): number | null {
  let total = 0;
  let others = 0;
  let named = value === null;
  for (const [name, count] of counters) {
    const counter = parseCounterName(name);
    if (counter === null || counter.expired || counter.dimension !== dimension) continue;
    if (counter.value === value) named = true;
    if (counter.value === otherName) others += count;
    if ((value === null || counter.value === value) && (status === null || counter.status === status)) total += count;
  }
  return named || others === 0 ? total : null;
}
