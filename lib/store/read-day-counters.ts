import { countedFamily, type FamilyName } from "#domain/counted-family.ts";
import { durationDimension, parseCounterName, parseDurationValue } from "#domain/tally.ts";
import { countRange } from "./counter-items.ts";
import { repairMarksOf } from "./counter-repair.ts";
import { type Counts, readItems, sumOf } from "./read-counter-items.ts";
import { readDurationItems } from "./read-durations.ts";

/** All counters of a day, with durations, and by which repair each of its items was mended last. */
export type DayCounters = Counts & { repairs: ReadonlyMap<string, string> };

/** Reads all counters of a day: of its durations those that belong to its counts, or to `further` counters. */
export async function readDayCounters(
  family: FamilyName,
  day: string,
  further: Iterable<string>,
): Promise<DayCounters> {
  const items = await readItems(family, countRange(day, day));
  const names = durationNames(family, [...sumOf(family, items).counters.keys(), ...further]);
  items.push(...(await readDurationItems(family, names, day, day)));
  return { ...sumOf(family, items), repairs: repairMarksOf(family, items) };
}

function durationNames(family: FamilyName, counters: readonly string[]): (string | null)[] {
  const { durations } = countedFamily(family);
  if (durations === null) return [];
  const names = counters.flatMap((counter): (string | null)[] => {
    const parsed = parseCounterName(counter);
    if (parsed?.dimension === durationDimension) return [parseDurationValue(parsed.value).name];
    return parsed?.dimension === durations.by && parsed.status in durations.statuses ? [parsed.value] : [];
  });
  return [...new Set([null, ...names])];
}
