import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counterName, type Delta, deltasOf, type Tally } from "#domain/tally.ts";
import { applyChanges, type Change } from "#store/counters.ts";
import { readAllTime, readDays } from "#store/read-counters.ts";
import { startService } from "#test/service.ts";

await startService();

const days = ["2026-11-20", "2026-11-21"];
const statuses = ["pending", "processed", "failed"] as const;

/** What happens to records, in order: each is created, perhaps processed, perhaps erased. */
const lives = fc.array(
  fc.record({
    day: fc.constantFrom(...days),
    category: fc.constantFrom("a", "b", "order|x"),
    source: fc.constantFrom("api", "batch"),
    outcome: fc.constantFrom("pending", "processed", "failed"),
    erased: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);
/** How a stream can be unkind: where batches end, how far they go back, what comes twice, which shard is next. */
const deliveries = fc.infiniteStream(
  fc.record({ shard: fc.nat(2), length: fc.integer({ min: 1, max: 12 }), back: fc.nat(6), twice: fc.boolean() }),
);

describe("counters equal a recount", () => {
  it("when shards' batches are duplicated, replayed, interleaved and cut anew", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(lives, deliveries, async (records, unkind) => {
        run++;
        const shards = shardsOf(records, `run${run}`);
        await deliverAll(shards, unkind, `run${run}`);
        const expected = recount(shards.flat());
        const all = await readAllTime();
        const ranged = await readDays(days[0] ?? "", days[1] ?? "");
        expect(countersOf(all.counters, `run${run}`)).toEqual(expected);
        expect(countersOf(ranged.counters, `run${run}`)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it("when the same batch is applied by two at once", async () => {
    const [changes = []] = shardsOf(
      [{ day: "2026-11-21", category: "c", source: "s", outcome: "processed", erased: false }],
      "twin",
      1,
    );
    await Promise.all([applyChanges("twin", changes), applyChanges("twin", changes), applyChanges("twin", changes)]);
    expect(countersOf((await readAllTime()).counters, "twin")).toEqual(recount(changes));
  });

  it("when a sequence number is longer than the one before", async () => {
    const change = (sequenceNumber: string): Change => ({
      sequenceNumber,
      createdSeconds: 1_763_700_000,
      changedAtMs: 1_763_700_000_000,
      deltas: deltasOf(null, { day: "2026-11-21", status: "pending", category: "digits-c", source: "digits-s" }),
    });
    await applyChanges("digits", [change("9")]);
    await applyChanges("digits", [change("10"), change("123456789012345678901234567890123456789")]);
    await applyChanges("digits", [change("10")]);
    expect((await readAllTime()).counters.get(counterName("category", "pending", "digits-c"))).toBe(3);
  });

  it("when a batch names more counters than one update may", async () => {
    const changes = Array.from(
      { length: 400 },
      (_, index): Change => ({
        sequenceNumber: String(index + 1),
        createdSeconds: 1_763_700_000,
        changedAtMs: 1_763_700_000_000,
        deltas: deltasOf(null, { day: "2026-11-21", status: "pending", category: `wide-${index}`, source: "wide" }),
      }),
    );
    await applyChanges("wide", changes);
    await applyChanges("wide", changes.slice(150));
    expect(countersOf((await readAllTime()).counters, "wide")).toEqual(recount(changes));
  });
});

describe("fences", () => {
  it("of shards that left the stream are taken off, and the counts stay", async () => {
    const at = (shard: string, createdSeconds: number) =>
      applyChanges(shard, [
        {
          sequenceNumber: "1",
          createdSeconds,
          changedAtMs: createdSeconds * 1000,
          deltas: deltasOf(null, { day: "2026-11-21", status: "pending", category: "fence", source: "fence" }),
        },
      ]);
    for (let shard = 0; shard < 12; shard++) await at(`old-${shard}`, 1_763_000_000);
    for (let shard = 0; shard < 12; shard++) await at(`new-${shard}`, 1_763_000_000 + 3 * 86_400);
    const { counters } = await readAllTime();
    expect(counters.get(counterName("category", "pending", "fence"))).toBe(24);
  });
});

// Takes all the numbers there are, so it comes last.
describe("names", () => {
  it("past the first thousand of a dimension count as other, for ever, and nothing is lost", async () => {
    const tally = (name: string): Tally => ({
      day: "2026-11-22",
      status: "pending",
      category: `many-${name}`,
      source: "many-s",
    });
    const change = (at: number, deltas: Delta[]): Change => ({
      sequenceNumber: String(at),
      createdSeconds: 1_763_800_000,
      changedAtMs: 1_763_800_000_000,
      deltas,
    });
    const created = Array.from({ length: 1_005 }, (_, at) => change(at + 1, deltasOf(null, tally(String(at)))));
    await applyChanges("many", created);
    const others = async () =>
      (await readDays("2026-11-22", "2026-11-22")).counters.get(counterName("category", "pending", "other")) ?? 0;
    const byName = async () =>
      [...(await readDays("2026-11-22", "2026-11-22")).counters].filter(([name]) =>
        name.startsWith("category|pending|many-"),
      );
    const before = await others();
    expect(before).toBeGreaterThanOrEqual(5);
    expect((await byName()).length + before).toBe(1_005);
    await applyChanges("many", [change(2_000, deltasOf(tally("1004"), null))]);
    expect(await others()).toBe(before - 1);
  }, 60_000);
});

type Life = { day: string; category: string; source: string; outcome: (typeof statuses)[number]; erased: boolean };

function shardsOf(records: readonly Life[], run: string, shardCount = 3): Change[][] {
  const shards: Change[][] = Array.from({ length: shardCount }, () => []);
  for (const [index, life] of records.entries()) {
    const tally = (status: Tally["status"]): Tally => ({
      day: life.day,
      status,
      category: `${run}-${life.category}`,
      source: `${run}-${life.source}`,
    });
    const pending = tally("pending");
    const final = tally(life.outcome);
    const steps: Delta[][] = [deltasOf(null, pending)];
    if (life.outcome !== "pending") steps.push(deltasOf(pending, final));
    if (life.erased) steps.push(deltasOf(final, null));
    for (const deltas of steps) {
      const shard = shards[index % shardCount] ?? [];
      const sequenceNumber = String(95 + shard.length);
      shard.push({ sequenceNumber, createdSeconds: 1_763_700_000, changedAtMs: 1_763_700_000_000, deltas });
    }
  }
  return shards;
}

type Delivery = { shard: number; length: number; back: number; twice: boolean };

async function deliverAll(shards: readonly Change[][], unkind: Iterator<Delivery>, run: string): Promise<void> {
  const checkpoints = shards.map(() => 0);
  while (shards.some((shard, at) => (checkpoints[at] ?? 0) < shard.length)) {
    const { shard, length, back, twice } = unkind.next().value as Delivery;
    const from = Math.max(0, (checkpoints[shard] ?? 0) - back);
    const batch = (shards[shard] ?? []).slice(from, from + length);
    if (batch.length === 0) continue;
    await applyChanges(`${run}-${shard}`, batch);
    if (twice) await applyChanges(`${run}-${shard}`, batch);
    checkpoints[shard] = Math.max(checkpoints[shard] ?? 0, from + batch.length);
  }
}

function recount(changes: readonly Change[]): Record<string, number> {
  const totals: Record<string, number> = {};
  const ofAll = changes.flatMap((change) => change.deltas).filter((delta) => delta.scope === "all");
  for (const { counter, by } of ofAll) totals[counter] = (totals[counter] ?? 0) + by;
  return withoutZeros(totals);
}

function countersOf(counters: ReadonlyMap<string, number>, run: string): Record<string, number> {
  const own = [...counters].filter(([name]) => name.split("|")[2]?.split("-")[0] === run);
  return withoutZeros(Object.fromEntries(own));
}

function withoutZeros(counters: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0));
}
