import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordStatuses } from "#domain/record.ts";
import { counterName, type Delta, deltasOf, parseCounterName, type Tally, tallyOf } from "#domain/tally.ts";
import { uuid7 } from "#domain/uuid7.ts";

const dimension = fc.constantFrom("category" as const, "source" as const);
const status = fc.constantFrom(...recordStatuses);
const name = fc.constantFrom("order", "refund", "a|b", "__proto__", "line\nbreak");
const tally: fc.Arbitrary<Tally> = fc.record({
  day: fc.constantFrom("2026-11-20", "2026-11-21"),
  status,
  category: name,
  source: name,
});
/** A record's life as the stream tells it: what it was at each step; null before it and where it was deleted. */
const life = fc.array(fc.option(tally, { freq: 3 }), { maxLength: 6 }).map((states) => [null, ...states]);

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
  for (const { day, status: is, category, source } of tallies) {
    for (const scope of [day, "all"]) {
      for (const counter of [`category|${is}|${category}`, `source|${is}|${source}`]) {
        const key = JSON.stringify([scope, counter]);
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
  }
  return counts;
}

describe("deltas", () => {
  it("sum up to a recount, over any lives of any records in any order", () => {
    const lives = fc
      .array(life, { maxLength: 8 })
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
    const before: Tally = { day: "2026-11-21", status: "pending", category: "order", source: "api" };
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

  it("of nothing to nothing are none", () => {
    expect(deltasOf(null, null)).toEqual([]);
  });
});

describe("a record's tally", () => {
  it.each([
    ["2026-11-21T00:00:00.000Z", "2026-11-21"],
    ["2026-11-21T23:59:59.999Z", "2026-11-21"],
  ])("made at %s belongs to the UTC day %s", (time, day) => {
    const id = uuid7(Date.parse(time), new Uint8Array(10), 0);
    expect(tallyOf({ id, status: "pending", category: "order", source: "api" })).toEqual({
      day,
      status: "pending",
      category: "order",
      source: "api",
    });
  });
});

describe("a counter's name", () => {
  it("says its dimension, status and value again, whatever characters the value holds", () => {
    const value = fc.oneof(
      fc.string({ minLength: 1, unit: "binary" }),
      fc.constantFrom("|", "a|b", "\n", "category|pending|x", "__proto__", " ", "\u2028"),
    );
    fc.assert(
      fc.property(dimension, status, value, (of, is, text) => {
        expect(parseCounterName(counterName(of, is, text))).toEqual({ dimension: of, status: is, value: text });
      }),
    );
  });

  it.each([
    "pk",
    "sk",
    "changed_at",
    "fence|shard-1",
    "category|unknown|x",
    "category|pending|",
    "xcategory|pending|x",
  ])("is not %s", (text) => {
    expect(parseCounterName(text)).toBeNull();
  });
});
