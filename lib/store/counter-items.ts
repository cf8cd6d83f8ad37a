import { type Dimension, parseCounterName } from "#domain/tally.ts";
import { numberOf, otherName } from "./counted-names.ts";

/**
 * How counters lie in items. A scope (a day or `all`) has one item per slot and page of names, so that an item stays small
 * however many names there are: an update is billed by the size of its item.
 */
const namesPerPage = 50;

/** Where a counter lies: its item's sort key, its attribute, and the attribute that tells its name. */
export type CounterPlace = { item: string; attribute: string; label: string; value: string };

const codes: Record<Dimension, string> = { category: "c", source: "s", expired_category: "xc", expired_source: "xs" };

/** The place of a counter in a scope. A name seen for the first time takes a number. */
export async function placeOf(scope: string, counter: string): Promise<CounterPlace> {
  const parsed = parseCounterName(counter);
  if (parsed === null) throw new Error(`${counter} is not a counter's name.`);
  const { dimension, status, value } = parsed;
  const number = await numberOf(dimension.endsWith("category") ? "category" : "source", value);
  const page = number === otherName ? 0 : Math.floor(number / namesPerPage);
  const label = `${codes[dimension]}${number}`;
  return {
    item: counterItem(scope, page),
    attribute: `${label}|${status}`,
    label,
    value: number === otherName ? otherName : value,
  };
}

/** The sort key of a scope's item for a page of names. */
function counterItem(scope: string, page: number): string {
  return `${scope}#${String(page).padStart(2, "0")}`;
}

/** The scope of a counter item. */
export function scopeOfItem(sortKey: string): string {
  return sortKey.slice(0, sortKey.indexOf("#"));
}

/** The sort keys between which the items of a range of scopes lie, both included. */
export function itemRange(fromScope: string, toScope: string): { low: string; high: string } {
  return { low: `${fromScope}#`, high: `${toScope}#~` };
}

/** The counters in an item, by their names. */
export function countersIn(item: Readonly<Record<string, unknown>>): Map<string, number> {
  const counters = new Map<string, number>();
  for (const [attribute, count] of Object.entries(item)) {
    const match = /^((c|s|xc|xs)(?:\d+|other))\|(\w+)$/.exec(attribute);
    if (match === null || typeof count !== "number") continue;
    const [, label = "", code, status] = match;
    const dimension = Object.entries(codes).find(([, each]) => each === code)?.[0];
    counters.set(`${dimension}|${status}|${String(item[label])}`, count);
  }
  return counters;
}
