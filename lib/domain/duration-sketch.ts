/**
 * Durations in logarithmic buckets, with the number of those in each: a DDSketch. Whatever was put in, and in whatever
 * order, a quantile taken out is within a fixed relative error of the exact one. Sketches are merged by adding up their
 * buckets, and what was put in can be taken out again.
 *
 * @see Masson, Rim, Lee: DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees. PVLDB
 * 12(12), 2019, https://doi.org/10.14778/3352063.3352135
 */
export type DurationSketch = ReadonlyMap<number, number>;

/** How far a quantile may be from the exact one, as a part of it. */
export const quantileErrorMax = 0.02;

/** The error of a bucket alone; the rest of what is promised goes to rounding. A year ends in bucket 637. */
const bucketErrorMax = 0.019;
const growth = (1 + bucketErrorMax) / (1 - bucketErrorMax);
const logGrowth = Math.log(growth);
const significantDigits = 4;
/** Below, the estimate is less than half a millisecond off, so that the whole number next to it is the duration itself. */
const exactBelowMs = 25;

/** The bucket of a duration: number n holds what is longer than `growth ** (n - 1)` ms and at most `growth ** n` ms. */
export function bucketOf(ms: number): number {
  return Math.max(0, Math.ceil(Math.log(Math.max(1, ms)) / logGrowth));
}

/** The duration that stands for all of a bucket: none in it, in whole milliseconds, is further off than promised. */
export function bucketMs(bucket: number): number {
  const estimate = (2 * growth ** bucket) / (growth + 1);
  return estimate < exactBelowMs ? Math.round(estimate) : Number(estimate.toPrecision(significantDigits));
}

/** How many durations a sketch holds. Buckets below zero, as a reader may see them for a moment, hold none. */
export function countOf(sketch: DurationSketch): number {
  return sketch.values().reduce((sum, count) => sum + Math.max(0, count), 0);
}

/**
 * The duration below which a part `q` (0..1) of a sketch lies, in milliseconds: that of the rank `q * (n - 1)`, rounded
 * down, counted from 0. Null when there is none.
 */
export function quantile(sketch: DurationSketch, q: number): number | null {
  const rank = q * (countOf(sketch) - 1);
  let passed = 0;
  for (const [bucket, count] of [...sketch].sort(([a], [b]) => a - b)) {
    passed += Math.max(0, count);
    if (passed > rank && passed > 0) return bucketMs(bucket);
  }
  return null;
}

/** The sketch of all that two hold. */
export function merge(one: DurationSketch, other: DurationSketch): DurationSketch {
  const merged = new Map(one);
  for (const [bucket, count] of other) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
  return merged;
}
