import type { FamilyName } from "#domain/counted-family.ts";
import { countRange, scopeOfItem } from "./counter-items.ts";
import { type Counts, readItems, sumOf } from "./read-counter-items.ts";

/** Reads a family's counts of all time, without durations: one small read per slot. */
export function readAllTime(family: FamilyName): Promise<Counts> {
  return readDays(family, "all", "all");
}

/** Reads a family's counts of a range of days (`2026-11-21`), both included, in one sum and without durations. */
export async function readDays(family: FamilyName, from: string, to: string): Promise<Counts> {
  return sumOf(family, await readItems(family, countRange(from, to)));
}

/** Reads a family's counts of a range of days, both included and without durations, each day that has any by itself. */
export async function readEachDay(family: FamilyName, from: string, to: string): Promise<Map<string, Counts>> {
  const items = await readItems(family, countRange(from, to));
  const byDay = Map.groupBy(items, (item) => scopeOfItem(String(item.sk)));
  return new Map([...byDay].map(([day, own]) => [day, sumOf(family, own)]));
}

/** When the newest change in the counts of some days was made; null before the first. */
export function newestOf(days: ReadonlyMap<string, Counts>): number | null {
  return days.values().reduce((newest: number | null, { asOfMs }) => Math.max(newest ?? 0, asOfMs ?? 0) || null, null);
}
