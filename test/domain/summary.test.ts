import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RecordStatus, recordStatuses } from "#domain/record.ts";
import { summarize, totalOf } from "#domain/summary.ts";
import { counterName, deltasOf } from "#domain/tally.ts";

type Counted = { status: RecordStatus; category: string; source: string };

/** The all-time counters of some records, among attributes that are no counters. */
function countersOf(records: readonly Counted[]): Map<string, number> {
  const counters = new Map<string, number>([["fence|shard-1", 12345]]);
  for (const { status, ...values } of records) {
    const tally = { family: "record", day: "2026-11-21", status, values, durationMs: null } as const;
    for (const { scope, counter, by } of deltasOf(null, tally)) {
      if (scope === "all") counters.set(counter, (counters.get(counter) ?? 0) + by);
    }
  }
  return counters;
}

const names = ["order", "refund", "__proto__", "constructor", "a|b"];
const name = fc.constantFrom(...names);
const counted: fc.Arbitrary<Counted> = fc.record({
  status: fc.constantFrom(...recordStatuses),
  category: name,
  source: name,
});
const records = fc.array(counted, { maxLength: 40 });
const statusFilter = fc.option(fc.constantFrom(...recordStatuses));
const nameFilter = fc.option(fc.oneof(name, fc.constant("nobody")));

function countBy<Key extends string>(from: readonly Counted[], keyOf: (record: Counted) => Key): Map<Key, number> {
  return new Map([...Map.groupBy(from, keyOf)].map(([key, group]) => [key, group.length]));
}

describe("summarize", () => {
  it("equals a recount of the records that match its filters, for any names", () => {
    fc.assert(
      fc.property(records, statusFilter, nameFilter, (all, status, category) => {
        const matching = all.filter(
          (record) =>
            (status === null || record.status === status) && (category === null || record.category === category),
        );
        const byStatus = countBy(matching, (record) => record.status);
        const summary = summarize(countersOf(all), { status, category });
        expect(summary.all).toBe(matching.length);
        expect(summary.byStatus).toEqual(
          Object.fromEntries(recordStatuses.map((is: RecordStatus) => [is, byStatus.get(is) ?? 0])),
        );
        expect(new Map(Object.entries(summary.byCategory))).toEqual(countBy(matching, (record) => record.category));
      }),
    );
  });

  it("of no counters has every status at 0 and no category", () => {
    expect(summarize(new Map(), { status: null, category: null })).toEqual({
      all: 0,
      byStatus: { pending: 0, processed: 0, failed: 0 },
      byCategory: {},
    });
  });

  it("names no category that has come down to 0, and the others in order", () => {
    const counters = new Map([
      [counterName("category", "pending", "gone"), 0],
      [counterName("category", "pending", "moved"), -1],
      [counterName("category", "processed", "moved"), 1],
      [counterName("category", "processed", "refund"), 2],
      [counterName("category", "processed", "order"), 1],
    ]);
    const { byCategory } = summarize(counters, { status: null, category: null });
    expect(Object.entries(byCategory)).toEqual([
      ["order", 1],
      ["refund", 2],
    ]);
  });
});

describe("totalOf", () => {
  const anyTime = { createdAfterMs: null, createdBeforeMs: null };

  it("is exact wherever the counters know it", () => {
    fc.assert(
      fc.property(records, statusFilter, nameFilter, nameFilter, (all, status, category, source) => {
        fc.pre(category === null || source === null);
        const matching = all.filter(
          (record) =>
            (status === null || record.status === status) &&
            (category === null || record.category === category) &&
            (source === null || record.source === source),
        );
        expect(totalOf(countersOf(all), { status, category, source, ...anyTime })).toBe(matching.length);
      }),
    );
  });

  it.each([
    ["category and source together", { category: "order", source: "api" }],
    ["a time after which", { createdAfterMs: 0 }],
    ["a time before which", { createdBeforeMs: 0 }],
  ])("is null for %s, which would need a scan", (_, filter) => {
    const query = { status: null, category: null, source: null, ...anyTime, ...filter };
    expect(totalOf(countersOf([]), query)).toBeNull();
  });
});
