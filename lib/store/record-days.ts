import type { RecordStatus } from "#domain/record.ts";
import { uuid7Ceiling, uuid7Floor } from "#domain/uuid7.ts";
import { environment } from "./environment.ts";
import { shardNames, shardPartition } from "./keys.ts";
import { namesOf, parseHead } from "./record-head.ts";
import { ShardWalk } from "./walk.ts";

const dayMs = 86_400_000;
const headsPerRead = 1_000;

/** What a recount needs of an item: null for what is left of an erased record, which is gone and yet a change. */
export type DayHead = {
  record: { status: RecordStatus; category: string; source: string; updatedAtMs: number } | null;
  changedAtMs: number;
};

/** Reads heads of the records created on a UTC day, in order, after `position` (null: from its start); null at its end. */
export async function readDayHeads(
  day: string,
  position: string | null,
): Promise<{ heads: DayHead[]; position: string | null }> {
  const partitions = shardNames(environment().SHARDS).map((shard) => shardPartition("record", shard));
  const startMs = Date.parse(day);
  const range = { index: null, low: uuid7Floor(startMs), high: uuid7Ceiling(startMs + dayMs - 1) } as const;
  const walk = new ShardWalk(partitions, range, true, position);
  const entries = await walk.next(headsPerRead, { left: headsPerRead * 2 });
  const heads = entries.map(({ item }) => {
    const head = parseHead(item);
    const changedAtMs = Number(item.u);
    return { record: head && { status: head.s, ...namesOf(head), updatedAtMs: head.u }, changedAtMs };
  });
  return { heads, position: walk.exhausted ? null : (entries.at(-1)?.key ?? null) };
}

/** The UTC day of the oldest record's id, as its time; null when there is no record. */
export async function oldestRecordId(): Promise<string | null> {
  const partitions = shardNames(environment().SHARDS).map((shard) => shardPartition("record", shard));
  const everything = { index: null, low: uuid7Floor(0), high: uuid7Ceiling(Number.MAX_SAFE_INTEGER) } as const;
  const [oldest] = await new ShardWalk(partitions, everything, true, null).next(1, { left: partitions.length });
  return oldest?.id ?? null;
}
