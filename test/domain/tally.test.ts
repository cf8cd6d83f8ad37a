import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countedFamilies, familyNames } from "#domain/counted-family.ts";
import { bucketOf } from "#domain/duration-sketch.ts";
import { recordStatuses } from "#domain/record.ts";
import { isFinished, runStatuses } from "#domain/run.ts";
import {
  counterName,
  type Delta,
  deltasOf,
  durationValue,
  expiryDeltasOf,
  parseCounterName,
  parseDurationValue,
  type Tally,
} from "#domain/tally.ts";

const day = fc.constantFrom("2026-11-20", "2026-11-21");
const name = fc.constantFrom("order", "refund", "a|b", "__proto__", "line\nbreak");
const record: fc.Arbitrary<Tally> = fc.record({
  family: fc.constant("record" as const),
  day,
  status: fc.constantFrom(...recordStatuses),
  values: fc.record({ category: name, source: name }),
  durationMs: fc.constant(null),
});
const run: fc.Arbitrary<Tally> = fc
  .record({ day, status: fc.constantFrom(...runStatuses), workflow: fc.constantFrom("w1", "w2"), ms: fc.nat(100_000) })
  .map(({ day: on, status, workflow, ms }) => ({
    family: "run",
    day: on,
    status,
    values: { workflow },
    durationMs: isFinished({ status }) ? ms : null,
  }));
/** A member's life as the stream tells it: what it was at each step; null before it and where it was deleted. */
const lifeOf = (tally: fc.Arbitrary<Tally>) =>
  fc.array(fc.option(tally, { freq: 3 }), { maxLength: 6 }).map((states) => [null, ...states]);

function changesOf(states: readonly (Tally | null)[]): Delta[][] {
  return states.slice(1).map((after, at) => deltasOf(states[at] ?? null, after));
}

function sum(deltas: readonly Delta[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { scope, counter, by } of deltas) {
    const key = JSON.stringify([scope, counter]);
    counts.set(key, (counts.get(key) ?? 0) + by);
  }
  return Object.fromEntries([...counts].filter(([, count]) => count !== 0));
}

/** What counting what is there at the end gives, without any delta. */
function recount(tallies: readonly Tally[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { day: on, status, values, durationMs } of tallies) {
    const counters = Object.entries(values).map(([dimension, value]) => `${dimension}|${status}|${value}`);
    if (durationMs !== null) {
      const bucket = bucketOf(durationMs);
      counters.push(`duration|${status}||${bucket}`, `duration|${status}|${values.workflow}|${bucket}`);
    }
    for (const scope of [on, "all"]) {
      for (const counter of counters) {
        const key = JSON.stringify([scope, counter]);
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
  }
  return counts;
}

describe("deltas", () => {
  it.each([
    ["records", record],
    ["runs", run],
  ])("of %s sum up to a recount, over any lives of any of them in any order", (_, tally) => {
    const lives = fc
      .array(lifeOf(tally), { maxLength: 8 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all.flatMap(changesOf), { minLength: all.flatMap(changesOf).length }),
        ),
      );
    fc.assert(
      fc.property(lives, ([all, changes]) => {
        const last = all.map((states) => states.at(-1) ?? null).filter((state) => state !== null);
        expect(sum(changes.flat())).toEqual(recount(last));
      }),
    );
  });

  it("count a change of status off its old counters and onto its new ones, in its day and in all", () => {
    const values = { category: "order", source: "api" };
    const before: Tally = { family: "record", day: "2026-11-21", status: "pending", values, durationMs: null };
    expect(deltasOf(before, { ...before, status: "failed" })).toEqual([
      { scope: "2026-11-21", counter: "category|pending|order", by: -1 },
      { scope: "2026-11-21", counter: "source|pending|api", by: -1 },
      { scope: "all", counter: "category|pending|order", by: -1 },
      { scope: "all", counter: "source|pending|api", by: -1 },
      { scope: "2026-11-21", counter: "category|failed|order", by: 1 },
      { scope: "2026-11-21", counter: "source|failed|api", by: 1 },
      { scope: "all", counter: "category|failed|order", by: 1 },
      { scope: "all", counter: "source|failed|api", by: 1 },
    ]);
  });

  it("put the duration of a run that ends into its bucket, of all together and of its workflow", () => {
    const before: Tally = {
      family: "run",
      day: "2026-11-21",
      status: "RUNNING",
      values: { workflow: "w" },
      durationMs: null,
    };
    const after: Tally = { ...before, status: "SUCCESS", durationMs: 1_000 };
    const bucket = bucketOf(1_000);
    const ofAll = (deltas: Delta[]) =>
      deltas.flatMap(({ scope, counter, by }) => (scope === "all" ? [[counter, by]] : []));
    expect(ofAll(deltasOf(before, after))).toEqual([
      ["workflow|RUNNING|w", -1],
      ["workflow|SUCCESS|w", 1],
      [`duration|SUCCESS||${bucket}`, 1],
      [`duration|SUCCESS|w|${bucket}`, 1],
    ]);
    expect(sum([...deltasOf(before, after), ...deltasOf(after, before)])).toEqual({}); // a retry takes it out again
    expect(expiryDeltasOf(after).map(({ counter }) => counter)).toContain(`expired_duration|SUCCESS|w|${bucket}`);
  });

  it("are none where nothing changes that is counted", () => {
    fc.assert(
      fc.property(fc.oneof(record, run), (tally) => {
        expect(deltasOf(tally, structuredClone(tally))).toEqual([]);
      }),
    );
    expect(deltasOf(null, null)).toEqual([]);
  });
});

describe("a counter's name", () => {
  const dimension = fc.constantFrom(
    ...familyNames.flatMap((family) => Object.keys(countedFamilies[family].dimensions)),
  );
  const status = fc.constantFrom(...familyNames.flatMap((family) => [...countedFamilies[family].statuses]));
  const value = fc.oneof(
    fc.string({ minLength: 1, unit: "binary" }),
    fc.constantFrom("|", "a|b", "\n", "category|pending|x", "__proto__", " ", "\u2028"),
  );

  it("says its dimension, status and value again, whatever characters the value holds", () => {
    fc.assert(
      fc.property(dimension, status, value, fc.boolean(), (of, is, text, expired) => {
        const counter = `${expired ? "expired_" : ""}${counterName(of, is, text)}`;
        expect(parseCounterName(counter)).toEqual({ expired, dimension: of, status: is, value: text });
      }),
    );
  });

  it("of a duration says its name and bucket again", () => {
    fc.assert(
      fc.property(fc.option(value), fc.nat(1_000), (of, bucket) => {
        expect(parseDurationValue(durationValue(of, bucket))).toEqual({ name: of, bucket });
      }),
    );
  });

  it.each(["pk", "sk", "changed_at", "fence|shard-1", "category|pending|", "Category|pending|x"])(
    "is not %s",
    (text) => {
      expect(parseCounterName(text)).toBeNull();
    },
  );
});

describe("families", () => {
  it("share no dimension: names are numbered by it", () => {
    const dimensions = familyNames.flatMap((family) => Object.keys(countedFamilies[family].dimensions));
    expect(new Set(dimensions).size).toBe(dimensions.length);
    expect(dimensions).not.toContain("duration");
  });
});
