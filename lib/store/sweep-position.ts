import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { uuid7Ceiling, uuid7Floor, uuidNeighbour } from "#domain/uuid7.ts";
import { commit, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { shardPartition, sweepPositionKey } from "./keys.ts";
import { type LoadedRun, parseRun } from "./run-head.ts";
import { table, tableName } from "./table.ts";

const itemSchema = z.object({ v: z.number().int(), w: z.array(z.string()), a: z.record(z.string(), z.string()) });

/** How far the runs were looked through, by shard: up to an id, itself included. */
export type SweepPosition = { afterIds: Readonly<Record<string, string>>; version: number; writeIds: string[] };

/** How far the runs were looked through: one consistent read. */
export async function readSweepPosition(): Promise<SweepPosition> {
  const item = await getItem(sweepPositionKey);
  if (item === undefined) return { afterIds: {}, version: 0, writeIds: [] };
  const { v, w, a } = itemSchema.parse(item);
  return { afterIds: a, version: v, writeIds: w };
}

/** Moves the position on, unless another sweep did: what both looked at does no harm. */
export async function saveSweepPosition(
  { version, writeIds }: SweepPosition,
  afterIds: Readonly<Record<string, string>>,
  by: WrittenBy,
): Promise<void> {
  const item = { ...sweepPositionKey, v: version + 1, a: afterIds };
  await commit([{ item, condition: version === 0 ? { absent: true } : { version, writeIds } }], by);
}

/**
 * Reads the heads of a shard's runs that were triggered after one (undefined: all) and up to a time, a megabyte at once, and gives those
 * that have not ended and have no place in the index; `read` is how many there were, `lastId` the last of them, and
 * `unreadable` the ids of those that cannot be read.
 */
export async function* readTriggered(
  shard: string,
  afterId: string | undefined,
  untilMs: number,
): AsyncGenerator<{ runs: LoadedRun[]; unreadable: string[]; read: number; lastId: string }> {
  const low = afterId === undefined ? uuid7Floor(0) : uuidNeighbour(afterId, 1);
  const high = uuid7Ceiling(untilMs);
  if (low > high) return;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
        FilterExpression: "attribute_not_exists(e) AND attribute_not_exists(r)",
        ExpressionAttributeValues: { ":pk": shardPartition("run", shard), ":low": low, ":high": high },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    start = page.LastEvaluatedKey;
    const items = page.Items ?? [];
    const parsed = items.map((item) => ({ id: String(item.sk), run: readable(item) }));
    const runs = parsed.flatMap(({ run }) => (run === null || run === "unreadable" ? [] : [run]));
    const unreadable = parsed.flatMap(({ id, run }) => (run === "unreadable" ? [id] : []));
    const read = page.ScannedCount ?? 0;
    if (read > 0) yield { runs, unreadable, read, lastId: start === undefined ? high : String(start.sk) };
  } while (start !== undefined);
}

/** One head that cannot be read must not keep the sweep from all that come after it. */
function readable(item: Record<string, unknown>): LoadedRun | null | "unreadable" {
  try {
    return parseRun(item);
  } catch {
    return "unreadable";
  }
}
