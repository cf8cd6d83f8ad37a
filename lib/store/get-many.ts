import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** How many items one request may ask for. */
export const batchGetMax = 100;

/**
 * The items of many keys, in no order; what is not there is left out. What a request leaves undone is asked for again.
 *
 * @param consistent as the table is now, for twice the read units; else it may be a moment behind
 */
export async function getMany(keys: readonly Key[], consistent = false): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let left = [...keys];
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt > 0) await sleep(Math.random() * Math.min(1_000, 20 * 2 ** attempt));
    const name = tableName();
    const Keys = left.slice(0, batchGetMax);
    const command = new BatchGetCommand({ RequestItems: { [name]: { Keys, ConsistentRead: consistent } } });
    const answer = await table().send(command);
    items.push(...(answer.Responses?.[name] ?? []));
    const unprocessed = (answer.UnprocessedKeys?.[name]?.Keys ?? []) as Key[];
    if (unprocessed.length === 0) attempt = -1;
    left = [...unprocessed, ...left.slice(batchGetMax)];
  }
  return items;
}
