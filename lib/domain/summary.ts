import type { RecordStatus } from "./record.ts";
import { parseCounterName } from "./tally.ts";

/** Counts of records by status and by category, of those that match `filters` (null: any). */
export function summarize(
  counters: ReadonlyMap<string, number>,
  filters: { status: RecordStatus | null; category: string | null },
): { all: number; byStatus: Record<RecordStatus, number>; byCategory: Record<string, number> } {
  const byStatus: Record<RecordStatus, number> = { pending: 0, processed: 0, failed: 0 };
  const byCategory = new Map<string, number>();
  for (const [name, count] of counters) {
    const counter = parseCounterName(name);
    if (counter?.dimension !== "category") continue;
    if (filters.status !== null && counter.status !== filters.status) continue;
    if (filters.category !== null && counter.value !== filters.category) continue;
    byStatus[counter.status] += count;
    byCategory.set(counter.value, (byCategory.get(counter.value) ?? 0) + count);
  }
  const all = byStatus.pending + byStatus.processed + byStatus.failed;
  const present = [...byCategory].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return { all, byStatus, byCategory: Object.fromEntries(present) };
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
  const dimension = source === null ? "category" : "source";
  const value = source ?? category;
  let total = 0;
  let others = 0;
  let named = value === null;
  for (const [name, count] of counters) {
    const counter = parseCounterName(name);
    if (counter?.dimension !== dimension) continue;
    if (counter.value === value) named = true;
    if (counter.value === "other") others += count;
    if ((value === null || counter.value === value) && (status === null || counter.status === status)) total += count;
  }
  return named || others === 0 ? total : null; // a name past those that are counted by name is among the others
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
    if (counter?.dimension !== (dimension === "status" ? "category" : dimension)) continue;
    if (status !== null && counter.status !== status) continue;
    const value = dimension === "status" ? counter.status : counter.value;
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  const present = [...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(present);
}
