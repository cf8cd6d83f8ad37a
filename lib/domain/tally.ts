import { dayOf } from "./instant.ts";
import { createdAtMs, type RecordStatus } from "./record.ts";

/** How a record is counted: by the UTC day of its creation, its status, and its category and source. */
export type Tally = { day: string; status: RecordStatus; category: string; source: string };

/** What counters go by. The `expired_` ones count records that time took off: the others go on counting those. */
export type Dimension = "category" | "source" | "expired_category" | "expired_source";

/** One counter's change: `scope` is a day or `all`. */
export type Delta = { scope: string; counter: string; by: number };

/** What a record's head says for counting. */
export function tallyOf(record: { id: string; status: RecordStatus; category: string; source: string }): Tally {
  const { status, category, source } = record;
  return { day: dayOf(createdAtMs(record)), status, category, source };
}

/** The counter's name: a dimension, a status and the dimension's value. The value comes last, so it may hold any character. */
export function counterName(dimension: Dimension, status: RecordStatus, value: string): string {
  return `${dimension}|${status}|${value}`;
}

/** Takes a counter's name apart; null for a name that is not a counter's. */
export function parseCounterName(name: string): { dimension: Dimension; status: RecordStatus; value: string } | null {
  const match = /^((?:expired_)?(?:category|source))\|(pending|processed|failed)\|(.+)$/s.exec(name);
  if (match === null) return null;
  const [, dimension, status, value] = match;
  return { dimension: dimension as Dimension, status: status as RecordStatus, value: value ?? "" };
}

/**
 * The counter changes of one change of a record: what it was is taken off, what it is is added, in its day and in all.
 * Both halves are kept even when they cancel out, so that a batch cut anywhere counts the same.
 */
export function deltasOf(before: Tally | null, after: Tally | null): Delta[] {
  return [...(before ? weigh(before, "", -1) : []), ...(after ? weigh(after, "", 1) : [])];
}

/** The counter changes of a record's expiry: reports stay as they are, and a recount can tell why it finds fewer. */
export function expiryDeltasOf(record: Tally): Delta[] {
  return weigh(record, "expired_", 1);
}

function weigh(tally: Tally, kind: "" | "expired_", by: number): Delta[] {
  const counters = [
    counterName(`${kind}category`, tally.status, tally.category),
    counterName(`${kind}source`, tally.status, tally.source),
  ];
  return [tally.day, "all"].flatMap((scope) => counters.map((counter) => ({ scope, counter, by })));
}
