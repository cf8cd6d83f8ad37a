import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { FamilyName } from "#domain/counted-family.ts";
import { countersIn, type ItemRange } from "./counter-items.ts";
import { counterPartition, slotCount } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** Counters by their names, summed over slots; `asOfMs` is the newest change in them, null before the first. */
export type Counts = { counters: Map<string, number>; asOfMs: number | null };

/** A counter item as it is stored. */
export type CounterItem = Readonly<Record<string, unknown>>;

/** Reads the counter items of a family in a range of sort keys: a query of each slot. */
export async function readItems(family: FamilyName, { low, high }: ItemRange): Promise<CounterItem[]> {
  if (low > high) return [];
  const slots = Array.from({ length: slotCount }, (_, slot) => counterPartition(family, slot));
  return (await Promise.all(slots.map((partition) => readSlot(partition, low, high)))).flat();
}

async function readSlot(partition: string, low: string, high: string): Promise<CounterItem[]> {
  const items: CounterItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: countersTableName(),
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
        ExpressionAttributeValues: { ":pk": partition, ":low": low, ":high": high },
        ExclusiveStartKey: start,
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/** Adds up the counters of some items of a family. */
export function sumOf(family: FamilyName, items: readonly CounterItem[]): Counts {
  const counters = new Map<string, number>();
  let asOfMs: number | null = null;
  for (const item of items) {
    if (typeof item.changed_at === "number") asOfMs = Math.max(asOfMs ?? 0, item.changed_at);
    for (const [name, count] of countersIn(family, item)) counters.set(name, (counters.get(name) ?? 0) + count);
  }
  return { counters, asOfMs };
}
