import type { FamilyName } from "#domain/counted-family.ts";
import { allTimeDurationRange, durationRange, scopeOfItem } from "./counter-items.ts";
import { type CounterItem, type Counts, readItems, sumOf } from "./read-counter-items.ts";

/** How many names are read at once: each has a query of every slot. */
const namesAtOnce = 20;

/** Reads a family's durations of all time, of these names (null: of all together) or of `everyone`: of those together and of each. */
export async function readAllTimeDurations(
  family: FamilyName,
  names: readonly (string | null)[] | "everyone",
): Promise<Counts> {
  if (names !== "everyone") return readDurations(family, names, "all", "all");
  return sumOf(family, await readItems(family, allTimeDurationRange));
}

/** Reads a family's durations of a range of days, both included, in one sum: of these names (null: of all together). */
export async function readDurations(
  family: FamilyName,
  names: readonly (string | null)[],
  from: string,
  to: string,
): Promise<Counts> {
  return sumOf(family, await readDurationItems(family, names, from, to));
}

/** Reads a family's durations of a range of days, both included, of one name (null: of all together), each day by itself. */
export async function readEachDaysDurations(
  family: FamilyName,
  name: string | null,
  from: string,
  to: string,
): Promise<Map<string, Counts>> {
  const items = await readItems(family, durationRange(name, from, to));
  const byDay = Map.groupBy(items, (item) => scopeOfItem(String(item.sk)));
  return new Map([...byDay].map(([day, own]) => [day, sumOf(family, own)]));
}

/** The items of those: a query of each slot for every name. */
export async function readDurationItems(
  family: FamilyName,
  names: readonly (string | null)[],
  from: string,
  to: string,
): Promise<CounterItem[]> {
  const items: CounterItem[] = [];
  for (let at = 0; at < names.length; at += namesAtOnce) {
    const ranges = names.slice(at, at + namesAtOnce).map((name) => durationRange(name, from, to));
    items.push(...(await Promise.all(ranges.map((range) => readItems(family, range)))).flat());
  }
  return items;
}
