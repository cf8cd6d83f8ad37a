import type { FamilyName } from "#domain/counted-family.ts";
import type { CountedHead } from "#domain/tally.ts";
import { uuid7Ceiling, uuid7Floor } from "#domain/uuid7.ts";
import { countedHeads } from "./counted-heads.ts";
import { environment } from "./environment.ts";
import { shardNames, shardPartition } from "./keys.ts";
import { ShardWalk } from "./walk.ts";

const dayMs = 86_400_000;
const headsPerRead = 1_000;

/** Reads heads of what a family created on a UTC day, in order, after `position` (null: from its start); null at its end. */
export async function readDayHeads(
  family: FamilyName,
  day: string,
  position: string | null,
): Promise<{ heads: CountedHead[]; position: string | null }> {
  const startMs = Date.parse(day);
  const range = { index: null, low: uuid7Floor(startMs), high: uuid7Ceiling(startMs + dayMs - 1) } as const;
  const walk = new ShardWalk(partitionsOf(family), range, true, position);
  const entries = await walk.next(headsPerRead, { left: headsPerRead * 2 });
  const heads = entries.map(({ item }) => countedHeads[family](item));
  return { heads, position: walk.exhausted ? null : (entries.at(-1)?.key ?? null) };
}

/** The oldest id of a family; null when there is none. */
export async function oldestId(family: FamilyName): Promise<string | null> {
  const partitions = partitionsOf(family);
  const everything = { index: null, low: uuid7Floor(0), high: uuid7Ceiling(Number.MAX_SAFE_INTEGER) } as const;
  const [oldest] = await new ShardWalk(partitions, everything, true, null).next(1, { left: partitions.length });
  return oldest?.id ?? null;
}

function partitionsOf(family: FamilyName): string[] {
  return shardNames(environment().SHARDS).map((shard) => shardPartition(family, shard));
}
