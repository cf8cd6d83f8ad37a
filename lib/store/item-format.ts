/** An item as it is in the table, of any format it was ever written in. */
type StoredItem = Record<string, unknown>;

/**
 * How items of one kind change over time. `upgrades[n]` turns format n into n + 1. An item is upgraded when it is read
 * and stays as it is until it is written next: no migration ever walks the table, and old and new code can run at once
 * as long as an upgrade only adds.
 */
export type ItemFormat = { current: number; upgrades: Readonly<Record<number, (item: StoredItem) => StoredItem>> };

/**
 * The item in the current format. Items without `f` are of format 1.
 *
 * @throws Error for a format newer than this code knows: a deployment was rolled back past a change of format.
 */
export function upgraded(format: ItemFormat, item: StoredItem): StoredItem {
  const from = typeof item.f === "number" ? item.f : 1;
  if (from > format.current) throw new Error(`Item format ${from} is newer than ${format.current}: deploy newer code.`);
  let current = item;
  for (let at = from; at < format.current; at++) {
    const upgrade = format.upgrades[at];
    if (upgrade === undefined) throw new Error(`There is no upgrade from item format ${at}.`);
    current = { ...upgrade(current), f: at + 1 };
  }
  return current;
}
