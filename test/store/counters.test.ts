import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FamilyName, familyNames } from "#domain/counted-family.ts";
import { instanceStatuses, stateValue } from "#domain/instance-tally.ts";
import { isFinished, runStatuses } from "#domain/run.ts";
import { counterName, countersOf, type Delta, deltasOf, type Tally } from "#domain/tally.ts";
import { itemStatuses } from "#domain/work-item.ts";
import { applyChanges, type Change } from "#store/counters.ts";
import { readAllTime, readDays, readEachDay } from "#store/read-counters.ts";
import { readAllTimeDurations, readDurations, readEachDaysDurations } from "#store/read-durations.ts";
import { startService } from "#test/service.ts";

await startService();

const days = ["2026-11-20", "2026-11-21"] as const;
const [firstDay, lastDay] = days;

/** What a member is at each step of its life; null once it was erased. */
type Life = (Tally | null)[];

/** Each record is created, perhaps processed, perhaps erased. */
const recordLife: fc.Arbitrary<Life> = fc
  .record({
    day: fc.constantFrom(...days),
    category: fc.constantFrom("a", "b", "order|x"),
    source: fc.constantFrom("api", "batch"),
    outcome: fc.constantFrom("pending", "processed", "failed"),
    erased: fc.boolean(),
  })
  .map(({ day, category, source, outcome, erased }) => {
    const at = (status: string): Tally => ({ ...recordOf(category, source), day, status });
    const states = outcome === "pending" ? [at("pending")] : [at("pending"), at(outcome)];
    return erased ? [...states, null] : states;
  });
/** Each run takes any way through its statuses, is finished and retried, with whatever duration, and perhaps erased. */
const runLife: fc.Arbitrary<Life> = fc
  .record({
    day: fc.constantFrom(...days),
    workflow: fc.constantFrom("w1", "w2"),
    steps: fc.array(fc.record({ status: fc.constantFrom(...runStatuses), ms: fc.constantFrom(3, 1_000, 86_400_000) }), {
      minLength: 1,
      maxLength: 6,
    }),
    erased: fc.boolean(),
  })
  .map(({ day, workflow, steps, erased }) => {
    const states = steps.map(({ status, ms }): Tally => {
      return { family: "run", day, status, values: { workflow }, durationMs: isFinished({ status }) ? ms : null };
    });
    return erased ? [...states, null] : states;
  });
/** Each work item takes any way through its statuses, and is perhaps erased. */
const itemLife: fc.Arbitrary<Life> = fc
  .record({
    day: fc.constantFrom(...days),
    statuses: fc.array(fc.constantFrom(...itemStatuses), { minLength: 1, maxLength: 4 }),
    erased: fc.boolean(),
  })
  .map(({ day, statuses, erased }) => {
    const states = statuses.map((status): Tally => {
      return { family: "item", day, status, values: { item: "all" }, durationMs: null };
    });
    return erased ? [...states, null] : states;
  });
/** Each instance passes through states, may be finished in any of them, and is perhaps erased. */
const instanceLife: fc.Arbitrary<Life> = fc
  .record({
    day: fc.constantFrom(...days),
    definition: fc.constantFrom("d1", "d2"),
    states: fc.array(
      fc.record({ id: fc.constantFrom("draft", "a/b", "x|y"), status: fc.constantFrom(...instanceStatuses) }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
    erased: fc.boolean(),
  })
  .map(({ day, definition, states, erased }) => {
    const tallies = states.map(({ id, status }): Tally => {
      const values = { definition, state: stateValue(definition, id) };
      return { family: "instance", day, status, values, durationMs: null };
    });
    return erased ? [...tallies, null] : tallies;
  });
/** Each machine is perhaps archived. */
const machineLife: fc.Arbitrary<Life> = fc
  .record({ day: fc.constantFrom(...days), archived: fc.boolean() })
  .map(({ day, archived }) => {
    const at = (status: string): Tally => ({
      family: "machine",
      day,
      status,
      values: { machine: "all" },
      durationMs: null,
    });
    return archived ? [at("active"), at("archived")] : [at("active")];
  });
const lives: Record<FamilyName, fc.Arbitrary<Life>> = {
  item: itemLife,
  instance: instanceLife,
  machine: machineLife,
  record: recordLife,
  run: runLife,
};
/** How a stream can be unkind: where batches end, how far they go back, what comes twice, which shard is next. */
const deliveries = fc.infiniteStream(
  fc.record({ shard: fc.nat(2), length: fc.integer({ min: 1, max: 12 }), back: fc.nat(6), twice: fc.boolean() }),
);

describe("counters equal a recount", () => {
  it.each(familyNames)(
    "of a family (%s) when shards' batches are duplicated, replayed, interleaved and cut anew",
    async (family) => {
      let turn = 0;
      const some = fc.array(lives[family], { minLength: 1, maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(some, deliveries, async (members, unkind) => {
          const own = `${family}${++turn}`;
          const named = members.map((life) => life.map((tally) => tally && withNamesOf(tally, own)));
          await deliverAll(family, shardsOf(named), unkind, own);
          const expected = recount(named);
          expect(await countedAllTime(family, own)).toEqual(expected);
          expect(await countedOfDays(family, own)).toEqual(expected);
        }),
        { numRuns: 30 },
      );
    },
    120_000,
  );

  it("of each day by itself", async () => {
    const run = (day: string, status: string, durationMs: number | null): Tally => {
      return { family: "run", day, status, values: { workflow: "daily-w" }, durationMs };
    };
    const members = [[run(firstDay, "SUCCESS", 5)], [run(lastDay, "FAILED", 7)], [run(lastDay, "PENDING", null)]];
    await applyChanges("run", "daily", shardsOf(members, 1)[0] ?? []);
    const counts = await readEachDay("run", firstDay, lastDay);
    const durations = await readEachDaysDurations("run", "daily-w", firstDay, lastDay);
    for (const day of days) {
      const own = members.filter(([tally]) => tally?.day === day);
      const counted = [counts.get(day), durations.get(day)].flatMap((found) => [...(found?.counters ?? [])]);
      expect(ofName(new Map(counted), "daily")).toEqual(ofName(new Map(Object.entries(recount(own))), "daily"));
    }
  });

  it("when the same batch is applied by two at once", async () => {
    const life = [recordOf("twin-c", "twin-s"), { ...recordOf("twin-c", "twin-s"), status: "processed" }];
    const [changes = []] = shardsOf([life], 1);
    await Promise.all(Array.from({ length: 3 }, () => applyChanges("record", "twin", changes)));
    expect(await countedAllTime("record", "twin")).toEqual(recount([life]));
  });

  it("when a sequence number is longer than the one before", async () => {
    const change = (sequenceNumber: string) =>
      changeOf(sequenceNumber, deltasOf(null, recordOf("digits-c", "digits-s")));
    await applyChanges("record", "digits", [change("9")]);
    await applyChanges("record", "digits", [change("10"), change("123456789012345678901234567890123456789")]);
    await applyChanges("record", "digits", [change("10")]);
    expect((await readAllTime("record")).counters.get(counterName("category", "pending", "digits-c"))).toBe(3);
  });

  it("when a batch names more counters than one update may", async () => {
    const members = Array.from({ length: 400 }, (_, at) => [recordOf(`wide-${at}`, "wide")]);
    const [changes = []] = shardsOf(members, 1);
    await applyChanges("record", "wide", changes);
    await applyChanges("record", "wide", changes.slice(150));
    expect(await countedAllTime("record", "wide")).toEqual(recount(members));
  });

  it("when runs of one workflow end after more different times than one update may name", async () => {
    const members = Array.from({ length: 300 }, (_, at): Life => {
      const values = { workflow: "long-w" };
      return [{ family: "run", day: lastDay, status: "SUCCESS", values, durationMs: Math.round(1.08 ** at) }];
    });
    const [changes = []] = shardsOf(members, 1);
    await applyChanges("run", "long", changes);
    await applyChanges("run", "long", changes.slice(100));
    const { counters } = await readAllTimeDurations("run", ["long-w"]);
    expect(ofName(counters, "long")).toEqual(
      ofName(new Map(Object.entries(recount(members))), "long", (name) => name.startsWith("duration")),
    );
  });
});

describe("a family's counters", () => {
  it("are its own: another with the same names and shard moves none of them", async () => {
    const run: Tally = {
      family: "run",
      day: lastDay,
      status: "PENDING",
      values: { workflow: "same-n" },
      durationMs: null,
    };
    await applyChanges("record", "same", [changeOf("1", deltasOf(null, recordOf("same-n", "same-n")))]);
    await applyChanges("run", "same", [changeOf("1", deltasOf(null, run))]);
    expect(await countedAllTime("record", "same")).toEqual(recount([[recordOf("same-n", "same-n")]]));
    expect(await countedAllTime("run", "same")).toEqual(recount([[run]]));
  });
});

describe("fences", () => {
  it("of shards that left the stream are taken off, and the counts stay", async () => {
    const at = (shard: string, createdSeconds: number) =>
      applyChanges("record", shard, [{ ...changeOf("1", deltasOf(null, recordOf("fence", "fence"))), createdSeconds }]);
    for (let shard = 0; shard < 12; shard++) await at(`old-${shard}`, 1_763_000_000);
    for (let shard = 0; shard < 12; shard++) await at(`new-${shard}`, 1_763_000_000 + 3 * 86_400);
    const { counters } = await readAllTime("record");
    expect(counters.get(counterName("category", "pending", "fence"))).toBe(24);
  });
});

// Takes all the numbers there are, so it comes last.
describe("names", () => {
  it("past the first thousand of a dimension count as other, for ever, and nothing is lost", async () => {
    const day = "2026-11-22";
    const created = Array.from({ length: 1_005 }, (_, at) =>
      changeOf(String(at + 1), deltasOf(null, { ...recordOf(`many-${at}`, "many-s"), day })),
    );
    await applyChanges("record", "many", created);
    const counters = async () => (await readDays("record", day, day)).counters;
    const others = async () => (await counters()).get(counterName("category", "pending", "other")) ?? 0;
    const byName = async () => [...(await counters())].filter(([name]) => name.startsWith("category|pending|many-"));
    const before = await others();
    expect(before).toBeGreaterThanOrEqual(5);
    expect((await byName()).length + before).toBe(1_005);
    const gone = deltasOf({ ...recordOf("many-1004", "many-s"), day }, null);
    await applyChanges("record", "many", [changeOf("2000", gone)]);
    expect(await others()).toBe(before - 1);
  }, 60_000);

  it("past it have their durations together too, under other", async () => {
    const day = "2026-11-23";
    const ended = Array.from({ length: 1_005 }, (_, at) => {
      const values = { workflow: `ended-${at}` };
      const run: Tally = { family: "run", day, status: "SUCCESS", values, durationMs: 60_000 };
      return changeOf(String(at + 1), deltasOf(null, run));
    });
    await applyChanges("run", "ended", ended);
    const { counters } = await readDays("run", day, day);
    const others = counters.get(counterName("workflow", "SUCCESS", "other")) ?? 0;
    expect(others).toBeGreaterThanOrEqual(5);
    expect([...(await readDurations("run", ["other"], day, day)).counters.values()]).toEqual([others]);
    expect([...(await readDurations("run", [null], day, day)).counters.values()]).toEqual([1_005]);
  }, 60_000);
});

function recordOf(category: string, source: string): Tally {
  return { family: "record", day: lastDay, status: "pending", values: { category, source }, durationMs: null };
}

function changeOf(sequenceNumber: string, deltas: Delta[]): Change {
  return { sequenceNumber, createdSeconds: 1_763_700_000, changedAtMs: 1_763_700_000_000, deltas };
}

/** The tally with names that no other turn has. */
function withNamesOf(tally: Tally, own: string): Tally {
  const values = Object.entries(tally.values).map(([dimension, value]) => [dimension, `${own}-${value}`]);
  return { ...tally, values: Object.fromEntries(values) };
}

function shardsOf(members: readonly Life[], shardCount = 3): Change[][] {
  const shards: Change[][] = Array.from({ length: shardCount }, () => []);
  for (const [index, life] of members.entries()) {
    const shard = shards[index % shardCount] ?? [];
    for (const [at, after] of life.entries()) {
      shard.push(changeOf(String(95 + shard.length), deltasOf(life[at - 1] ?? null, after)));
    }
  }
  return shards;
}

type Delivery = { shard: number; length: number; back: number; twice: boolean };

async function deliverAll(
  family: FamilyName,
  shards: readonly Change[][],
  unkind: Iterator<Delivery>,
  own: string,
): Promise<void> {
  const checkpoints = shards.map(() => 0);
  while (shards.some((shard, at) => (checkpoints[at] ?? 0) < shard.length)) {
    const { shard, length, back, twice } = unkind.next().value as Delivery;
    const from = Math.max(0, (checkpoints[shard] ?? 0) - back);
    const batch = (shards[shard] ?? []).slice(from, from + length);
    if (batch.length === 0) continue;
    await applyChanges(family, `${own}-${shard}`, batch);
    if (twice) await applyChanges(family, `${own}-${shard}`, batch);
    checkpoints[shard] = Math.max(checkpoints[shard] ?? 0, from + batch.length);
  }
}

/** What counting what is there at the end gives, but for durations of all together: they know no names. */
function recount(members: readonly Life[]): Record<string, number> {
  const totals: Record<string, number> = {};
  const last = members.flatMap((life) => life.at(-1) ?? []);
  for (const counter of last.flatMap(countersOf)) totals[counter] = (totals[counter] ?? 0) + 1;
  return Object.fromEntries(Object.entries(totals).filter(([name]) => !name.includes("||")));
}

async function countedAllTime(family: FamilyName, own: string): Promise<Record<string, number>> {
  const counts = await readAllTime(family);
  const durations = await readAllTimeDurations(family, "everyone");
  return ofName(new Map([...counts.counters, ...durations.counters]), own);
}

async function countedOfDays(family: FamilyName, own: string): Promise<Record<string, number>> {
  const counts = await readDays(family, firstDay, lastDay);
  const names = [...counts.counters.keys()]
    .filter((name) => name.includes(own))
    .map((name) => name.split("|")[2] ?? "");
  const durations = await readDurations(family, [...new Set(names)], firstDay, lastDay);
  return ofName(new Map([...counts.counters, ...durations.counters]), own);
}

function ofName(
  counters: ReadonlyMap<string, number>,
  own: string,
  matches = (_name: string) => true,
): Record<string, number> {
  const found = [...counters].filter(
    ([name, count]) => count !== 0 && matches(name) && name.split("|")[2]?.split("-")[0] === own,
  );
  return Object.fromEntries(found);
}
