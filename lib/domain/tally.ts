import { countedFamily, type FamilyName } from "./counted-family.ts";
import { bucketOf } from "./duration-sketch.ts";

/**
 * How one member of a family is counted: by the UTC day of its creation, its status and a value of each dimension.
 * `durationMs` is how long it took; null: it has not ended, or its family has no durations.
 */
export type Tally = {
  family: FamilyName;
  day: string;
  status: string;
  values: Readonly<Record<string, string>>;
  durationMs: number | null;
};

/** What a head says for counting: `tally` is null for what is left of an erased one, which is gone and yet a change. */
export type CountedHead = { tally: Tally | null; changedAtMs: number };

/** One counter's change: `scope` is a day or `all`. */
export type Delta = { scope: string; counter: string; by: number };

/** A counter's name in parts. `expired` ones count members that time took off: the others go on counting those. */
export type Counter = { expired: boolean; dimension: string; status: string; value: string };

/** The dimension of the counters that are a duration's buckets. Their value is what `durationValue` makes. */
export const durationDimension = "duration";

/** What counts past the names that a dimension counts by name. */
export const otherName = "other";

/** The counter's name: a dimension, a status and the dimension's value. The value comes last, so it may hold any character. */
export function counterName(dimension: string, status: string, value: string): string {
  return `${dimension}|${status}|${value}`;
}

/** Takes a counter's name apart; null for what is not one. */
export function parseCounterName(name: string): Counter | null {
  const match = /^(expired_)?([a-z]+)\|(\w+)\|(.+)$/s.exec(name);
  if (match === null) return null;
  const [, expired, dimension = "", status = "", value = ""] = match;
  return { expired: expired !== undefined, dimension, status, value };
}

/** The value of a duration's counter: a name of the dimension that durations are kept by (null: of all), and the bucket. */
export function durationValue(name: string | null, bucket: number): string {
  return `${name ?? ""}|${bucket}`;
}

/** Takes the value of a duration's counter apart. */
export function parseDurationValue(value: string): { name: string | null; bucket: number } {
  const at = value.lastIndexOf("|");
  return { name: value.slice(0, at) || null, bucket: Number(value.slice(at + 1)) };
}

/** The counters that a member is counted on. */
export function countersOf({ family, status, values, durationMs }: Tally): string[] {
  const counters = Object.entries(values).map(([dimension, value]) => counterName(dimension, status, value));
  const { durations } = countedFamily(family);
  if (durations === null || durationMs === null) return counters;
  const bucket = bucketOf(durationMs);
  const kept = [null, values[durations.by] ?? otherName].map((name) => durationValue(name, bucket));
  return [...counters, ...kept.map((value) => counterName(durationDimension, status, value))];
}

/**
 * The counter changes of one change of a member: what it was is taken off, what it is is added, in its day and in all.
 * None for a change that alters nothing of this; else both halves are kept even where they cancel out, so that a batch
 * cut anywhere counts the same.
 */
export function deltasOf(before: Tally | null, after: Tally | null): Delta[] {
  if (before !== null && after !== null && areSame(before, after)) return [];
  return [...(before ? weigh(before, "", -1) : []), ...(after ? weigh(after, "", 1) : [])];
}

/** The counter changes of a member's expiry: reports stay as they are, and a recount can tell why it finds fewer. */
export function expiryDeltasOf(tally: Tally): Delta[] {
  return weigh(tally, "expired_", 1);
}

function areSame(one: Tally, other: Tally): boolean {
  return one.day === other.day && countersOf(one).join() === countersOf(other).join();
}

function weigh(tally: Tally, kind: "" | "expired_", by: number): Delta[] {
  const counters = countersOf(tally);
  return [tally.day, "all"].flatMap((scope) =>
    counters.map((counter) => ({ scope, counter: `${kind}${counter}`, by })),
  );
}
