import { countOf, type DurationSketch, quantile } from "./duration-sketch.ts";
import { durationDimension, parseCounterName, parseDurationValue } from "./tally.ts";

/** How many ended, and how long half of them and 95 of 100 took at most, in milliseconds; null while none have. */
export type DurationSummary = { count: number; p50Ms: number | null; p95Ms: number | null };

/** What a sketch says of durations. */
export function summarizeDurations(sketch: DurationSketch): DurationSummary {
  return { count: countOf(sketch), p50Ms: quantile(sketch, 0.5), p95Ms: quantile(sketch, 0.95) };
}

/** The sketches in some counters by the name they are kept by (null: that of all), of one status (null: any). */
export function sketchesIn(
  counters: ReadonlyMap<string, number>,
  status: string | null,
): Map<string | null, DurationSketch> {
  const sketches = new Map<string | null, Map<number, number>>();
  for (const [counterName, count] of counters) {
    const counter = parseCounterName(counterName);
    if (counter === null || counter.expired || counter.dimension !== durationDimension) continue;
    if (status !== null && counter.status !== status) continue;
    const { name, bucket } = parseDurationValue(counter.value);
    const sketch = sketches.get(name) ?? new Map<number, number>();
    sketches.set(name, sketch.set(bucket, (sketch.get(bucket) ?? 0) + count));
  }
  return sketches;
}
