import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketMs,
  bucketOf,
  countOf,
  type DurationSketch,
  merge,
  quantile,
  quantileErrorMax,
} from "#domain/duration-sketch.ts";

const yearMs = 365 * 86_400_000;
/** Of every magnitude alike, from the same millisecond to more than a year. */
const duration = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.double({ min: 0, max: Math.log(3 * yearMs), noNaN: true }).map((log) => Math.round(Math.exp(log))),
);
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
const part = fc.constantFrom(0, 0.25, 0.5, 0.9, 0.95, 0.99, 1);
const sketch = fc.array(duration, { maxLength: 50 }).map(sketchOf);

function sketchOf(all: readonly number[]): DurationSketch {
  const buckets = [...Map.groupBy(all, bucketOf)];
  return new Map(buckets.map(([bucket, own]) => [bucket, own.length]));
}

function exactQuantile(all: readonly number[], q: number): number {
  return all.toSorted((a, b) => a - b)[Math.floor(q * (all.length - 1))] ?? Number.NaN;
}

function sorted(of: DurationSketch): [number, number][] {
  return [...of].sort(([a], [b]) => a - b);
}

describe("a quantile", () => {
  it("is within 2 % of the exact one, from a millisecond to years", () => {
    fc.assert(
      fc.property(durations, part, (all, q) => {
        const exact = exactQuantile(all, q);
        expect(Math.abs((quantile(sketchOf(all), q) ?? Number.NaN) - exact)).toBeLessThanOrEqual(
          quantileErrorMax * exact,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("is exact below 25 ms, where a millisecond is more than 2 %", () => {
    for (let ms = 1; ms < 25; ms++) expect(quantile(sketchOf([ms]), 0.5)).toBe(ms);
  });

  it("of what ended within its first millisecond is a millisecond", () => {
    expect(quantile(sketchOf([0]), 0.5)).toBe(1);
  });

  it("of nothing is null, and so it is of what was all taken out again", () => {
    expect([quantile(new Map(), 0.5), quantile(new Map([[7, 0]]), 0.5)]).toEqual([null, null]);
  });

  it("passes over a bucket that is below zero for a moment", () => {
    expect(
      quantile(
        new Map([
          [bucketOf(10), -1],
          [bucketOf(1_000), 1],
        ]),
        0.5,
      ),
    ).toBe(bucketMs(bucketOf(1_000)));
  });
});

describe("a bucket", () => {
  it("never comes before that of a shorter duration", () => {
    fc.assert(
      fc.property(duration, duration, (one, other) => {
        expect(bucketOf(Math.min(one, other))).toBeLessThanOrEqual(bucketOf(Math.max(one, other)));
      }),
    );
  });

  it("is one of less than 650 for all that takes a year at most", () => {
    expect(bucketOf(yearMs)).toBeLessThan(650);
  });
});

describe("merging", () => {
  it("gives the sketch of all that both hold, so in any order the same", () => {
    fc.assert(
      fc.property(durations, durations, (one, other) => {
        expect(sorted(merge(sketchOf(one), sketchOf(other)))).toEqual(sorted(sketchOf([...one, ...other])));
      }),
    );
  });

  it("is commutative and associative, and nothing adds nothing", () => {
    fc.assert(
      fc.property(sketch, sketch, sketch, (a, b, c) => {
        expect(sorted(merge(a, b))).toEqual(sorted(merge(b, a)));
        expect(sorted(merge(merge(a, b), c))).toEqual(sorted(merge(a, merge(b, c))));
        expect(sorted(merge(a, new Map()))).toEqual(sorted(a));
        expect(countOf(merge(a, b))).toBe(countOf(a) + countOf(b));
      }),
    );
  });
});
