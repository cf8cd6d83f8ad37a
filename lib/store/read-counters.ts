import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { countersIn, itemRange, scopeOfItem } from "./counter-items.ts";
import { counterPartition, slotCount } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Counters by their names, summed over slots; `asOfMs` is the newest change in them, null before the first. */
export type Counts = { counters: Map<string, number>; asOfMs: number | null };

/** Reads the all-time counters: one small read per slot. */
export async function readAllTime(): Promise<Counts> {
  return sum(await readItems("all", "all"));
}

/** Reads the counters of a range of days (`2026-11-21`), both included, in one sum. */
export async function readDays(from: string, to: string): Promise<Counts> {
  return sum(await readItems(from, to));
}

/** Reads the counters of a range of days, both included, each day that has any by itself. */
export async function readEachDay(from: string, to: string): Promise<Map<string, Counts>> {
  const byDay = Map.groupBy(await readItems(from, to), (item) => scopeOfItem(String(item.sk)));
  return new Map([...byDay].map(([day, items]) => [day, sum(items)]));
}

/** The items of a range of scopes: of each day or `all` one per slot and page of names that has any. */
async function readItems(from: string, to: string): Promise<Record<string, unknown>[]> {
  if (from > to) return [];
  const slots = Array.from({ length: slotCount }, (_, slot) => slot);
  return (await Promise.all(slots.map((slot) => readSlot(slot, from, to)))).flat();
}

async function readSlot(slot: number, from: string, to: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const { low, high } = itemRange(from, to);
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: countersTableName(),
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
        ExpressionAttributeValues: { ":pk": counterPartition(slot), ":low": low, ":high": high },
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

function sum(items: readonly Record<string, unknown>[]): Counts {
  const counters = new Map<string, number>();
  let asOfMs: number | null = null;
  for (const item of items) {
    if (typeof item.changed_at === "number") asOfMs = Math.max(asOfMs ?? 0, item.changed_at);
    for (const [name, count] of countersIn(item)) counters.set(name, (counters.get(name) ?? 0) + count);
  }
  return { counters, asOfMs };
}
