import { type RecordStatus, recordStatuses } from "./record.ts";
import { tabulate, totalIn } from "./tabulate.ts";
import { parseCounterName } from "./tally.ts";

/** Counts of records by status and by category, of those that match `filters` (null: any). */
export function summarize(
  counters: ReadonlyMap<string, number>,
  { status, category }: { status: RecordStatus | null; category: string | null },
): { all: number; byStatus: Record<RecordStatus, number>; byCategory: Record<string, number> } {
  const { all, byStatus, byValue } = tabulate(counters, "category", recordStatuses, { status, value: category });
  return { all, byStatus, byCategory: Object.fromEntries([...byValue].map(([value, { total }]) => [value, total])) };
}

/** How many records a list matches in all, where the counters know it; null where it would need a scan. */
export function totalOf(
  counters: ReadonlyMap<string, number>,
  query: {
    status: RecordStatus | null;
    category: string | null;
    source: string | null;
    createdAfterMs: number | null;
    createdBeforeMs: number | null;
  },
): number | null {
  const { status, category, source, createdAfterMs, createdBeforeMs } = query;
  if (createdAfterMs !== null || createdBeforeMs !== null || (category !== null && source !== null)) return null;
  return totalIn(counters, source === null ? "category" : "source", { status, value: source ?? category });
}

/** What a time series can be split by. */
export const seriesDimensions = ["status", "category", "source"] as const;
export type SeriesDimension = (typeof seriesDimensions)[number];

/** A day's counts by the values of a dimension, of those that match a status (null: any). Values without a count are left out. */
export function countsBy(
  counters: ReadonlyMap<string, number>,
  dimension: SeriesDimension,
  status: RecordStatus | null,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [name, count] of counters) {
    const counter = parseCounterName(name);
    if (counter === null || counter.expired) continue;
    if (counter.dimension !== (dimension === "status" ? "category" : dimension)) continue;
    if (status !== null && counter.status !== status) continue;
    const value = dimension === "status" ? counter.status : counter.value;
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  const present = [...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(present);
}
