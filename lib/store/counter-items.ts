import { countedFamily, type FamilyName } from "#domain/counted-family.ts";
import {
  counterName,
  durationDimension,
  durationValue,
  otherName,
  parseCounterName,
  parseDurationValue,
} from "#domain/tally.ts";
import { numberOf } from "./counted-names.ts";
import { separator } from "./keys.ts";

/**
 * How counters lie in items, which are billed whole at every update. The counts of a scope (a day or `all`) have one item
 * per slot and page of names, so that it stays small however many names there are. Durations have an item for each name
 * they are kept by, and one for all together; those of a name's days lie side by side, and so do all those of all time.
 */
const namesPerPage = 50;

/** Where a counter lies: its item's sort key, its attribute, and the attribute that tells its name (null: its item does). */
export type CounterPlace = { item: string; attribute: string; label: { attribute: string; value: string } | null };

/** The sort keys between which items lie, both included. */
export type ItemRange = { low: string; high: string };

const allTime = "all";
const allTimeDurations = `durations_all${separator}`;
const daysDurations = `durations${separator}`;
const highest = String.fromCodePoint(0x10ffff);

/** The place of a counter in a scope. A name seen for the first time takes a number. */
export async function placeOf(family: FamilyName, scope: string, counter: string): Promise<CounterPlace> {
  const parsed = parseCounterName(counter);
  if (parsed === null) throw new Error(`${counter} is not a counter's name.`);
  const { dimension, status, value } = parsed;
  const mark = parsed.expired ? "x" : "";
  const { dimensions, durations } = countedFamily(family);
  if (dimension === durationDimension && durations !== null) {
    const { name, bucket } = parseDurationValue(value);
    const known = name === null || (await numberOf(durations.by, name)) !== otherName;
    const item = durationItem(scope, known ? name : otherName);
    return { item, attribute: `${mark}${durations.statuses[status]}${bucket}`, label: null };
  }
  const number = await numberOf(dimension, value);
  const label = `${mark}${dimensions[dimension]}${number}`;
  const page = number === otherName ? 0 : Math.floor(number / namesPerPage);
  return {
    item: `${scope}#${String(page).padStart(2, "0")}`,
    attribute: `${label}|${status}`,
    label: { attribute: label, value: number === otherName ? otherName : value },
  };
}

/** The scope of a counter item. */
export function scopeOfItem(sortKey: string): string {
  if (sortKey.startsWith(allTimeDurations)) return allTime;
  if (sortKey.startsWith(daysDurations)) return sortKey.slice(sortKey.lastIndexOf(separator) + 1);
  return sortKey.slice(0, sortKey.indexOf("#"));
}

/** Where the counts of a range of scopes lie, but for durations. */
export function countRange(fromScope: string, toScope: string): ItemRange {
  return { low: `${fromScope}#`, high: `${toScope}#~` };
}

/** Where the durations of a name (null: of all together) lie in a range of scopes. */
export function durationRange(name: string | null, fromScope: string, toScope: string): ItemRange {
  return { low: durationItem(fromScope, name), high: durationItem(toScope, name) };
}

/** Where the durations of all time lie, of all together and of every name. */
export const allTimeDurationRange: ItemRange = { low: allTimeDurations, high: `${allTimeDurations}${highest}` };

function durationItem(scope: string, name: string | null): string {
  if (scope === allTime) return `${allTimeDurations}${name ?? ""}`;
  return `${daysDurations}${name ?? ""}${separator}${scope}`;
}

/** The counters in an item, by their names. */
export function countersIn(family: FamilyName, item: Readonly<Record<string, unknown>>): Map<string, number> {
  const read = String(item.sk).startsWith("durations") ? durationReader(family, String(item.sk)) : countReader(family);
  const counters = new Map<string, number>();
  for (const [attribute, count] of Object.entries(item)) {
    if (typeof count !== "number") continue;
    const name = read(attribute, item);
    if (name !== null) counters.set(name, count);
  }
  return counters;
}

type Reader = (attribute: string, item: Readonly<Record<string, unknown>>) => string | null;

function countReader(family: FamilyName): Reader {
  const dimensionOf = inverted(countedFamily(family).dimensions);
  const pattern = new RegExp(`^((x?)(${[...dimensionOf.keys()].join("|")})(?:\\d+|${otherName}))\\|(\\w+)$`);
  return (attribute, item) => {
    const [, label = "", mark, code = "", status = ""] = pattern.exec(attribute) ?? [];
    const dimension = dimensionOf.get(code);
    return dimension === undefined ? null : nameOf(mark, dimension, status, String(item[label]));
  };
}

function durationReader(family: FamilyName, sortKey: string): Reader {
  const statusOf = inverted(countedFamily(family).durations?.statuses ?? {});
  const pattern = new RegExp(`^(x?)(${[...statusOf.keys()].join("|")})(\\d+)$`);
  const name = sortKey.split(separator)[1] || null;
  return (attribute) => {
    const [, mark, code = "", bucket] = pattern.exec(attribute) ?? [];
    const status = statusOf.get(code);
    return status === undefined ? null : nameOf(mark, durationDimension, status, durationValue(name, Number(bucket)));
  };
}

function nameOf(mark: string | undefined, dimension: string, status: string, value: string): string {
  return `${mark === "x" ? "expired_" : ""}${counterName(dimension, status, value)}`;
}

function inverted(codes: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name]));
}
