import { dayOf } from "./instant.ts";
import type { RecordStatus } from "./record.ts";
import { counterName, type Dimension, parseCounterName } from "./tally.ts";

/** How a day's counters compare with a recount. `moving`: it changed meanwhile or just before, so nothing can be said. */
export type DayResult = "agree" | "differ" | "moving" | "repaired";

/** One counter that differs. */
export type Difference = { day: string; counter: string; counted: number; recounted: number };

/** The recount of the day that is being read: what was found so far, and where its list goes on (null: at its start). */
export type DayRecount = {
  day: string;
  countedAsOfMs: number | null;
  position: string | null;
  found: Record<string, number>;
  newestChangeMs: number;
};

/** How far a job is that recounts the table, day by day, and compares it with the counters. */
export type VerifyState = {
  repair: boolean;
  firstDay: string;
  lastDay: string;
  nextDay: string;
  current: DayRecount | null;
  results: Record<DayResult, number>;
  differences: Difference[];
};

const dayMs = 86_400_000;
/** A day in which something changed this recently may have changes the counters have not seen. */
const quietAfterMs = 5 * 60_000;
/** Older changes have left the stream, which keeps 24 h: they are counted, or never will be. */
const settledAfterMs = 25 * 3_600_000;
const differencesKept = 100;

/** The state of a job that has counted nothing yet. */
export function newVerify(firstDay: string, lastDay: string, repair: boolean): VerifyState {
  const results = { agree: 0, differ: 0, moving: 0, repaired: 0 };
  return { repair, firstDay, lastDay, nextDay: firstDay, current: null, results, differences: [] };
}

/** True when every day has a result. */
export function isVerifyDone(state: VerifyState): boolean {
  return state.current === null && state.nextDay > state.lastDay;
}

/** The verdict on all days: `differ` when one differs, else `moving` when one moved, else `agree`. */
export function verdictOf(state: VerifyState): "agree" | "differ" | "moving" {
  if (state.results.differ > 0) return "differ";
  return state.results.moving > 0 ? "moving" : "agree";
}

/** Adds one record to a recount. */
export function recountRecord(
  recount: DayRecount,
  record: { status: RecordStatus; category: string; source: string; updatedAtMs: number },
): void {
  for (const dimension of ["category", "source"] as const) {
    const counter = counterName(dimension, record.status, record[dimension]);
    recount.found[counter] = (recount.found[counter] ?? 0) + 1;
  }
  recount.newestChangeMs = Math.max(recount.newestChangeMs, record.updatedAtMs);
}

/**
 * Compares a day's finished recount with its counters, which were read before and after it. A difference is `moving`
 * when the counters changed meanwhile, are behind the newest change found, or something changed just now. `settled`
 * tells that the stream can bring nothing of this day any more, so that what lacks can be added without counting twice.
 */
export function compareDay(
  recount: DayRecount,
  counters: ReadonlyMap<string, number>,
  countedAsOfMs: number | null,
  nowMs: number,
): { result: "agree" | "differ" | "moving"; settled: boolean; differences: Difference[] } {
  const expected = withoutExpired(counters);
  const found = underCountedNames(recount.found, counters);
  const names = new Set([...expected.keys(), ...found.keys()]);
  const differences = [...names].flatMap((counter) => {
    const [counted, recounted] = [expected.get(counter) ?? 0, found.get(counter) ?? 0];
    return counted === recounted ? [] : [{ day: recount.day, counter, counted, recounted }];
  });
  const changedMs = Math.max(recount.newestChangeMs, countedAsOfMs ?? 0);
  const settled = changedMs <= nowMs - settledAfterMs;
  if (differences.length === 0) return { result: "agree", settled, differences };
  const behind = recount.newestChangeMs > (countedAsOfMs ?? 0) && !settled;
  const moving = behind || countedAsOfMs !== recount.countedAsOfMs || changedMs > nowMs - quietAfterMs;
  return { result: moving ? "moving" : "differ", settled, differences };
}

/** The state with a day's result, and the next day up. */
export function settleDay(state: VerifyState, result: DayResult, differences: readonly Difference[]): VerifyState {
  const day = state.current?.day ?? state.nextDay;
  const shown = result === "agree" ? [] : differences;
  return {
    ...state,
    current: null,
    nextDay: dayOf(Date.parse(day) + dayMs),
    results: { ...state.results, [result]: state.results[result] + 1 },
    differences: [...state.differences, ...shown].slice(0, differencesKept),
  };
}

/** What should be in the table: all that was counted, but for what time took off since. */
function withoutExpired(counters: ReadonlyMap<string, number>): Map<string, number> {
  const expected = new Map<string, number>();
  for (const [name, count] of counters) {
    const parsed = parseCounterName(name);
    if (parsed === null) continue;
    const expired = parsed.dimension.startsWith("expired_");
    const dimension = parsed.dimension.replace("expired_", "") as Dimension;
    const counter = counterName(dimension, parsed.status, parsed.value);
    expected.set(counter, (expected.get(counter) ?? 0) + (expired ? -count : count));
  }
  return expected;
}

/** Names that the counters do not know by name are in their `other`. */
function underCountedNames(
  found: Readonly<Record<string, number>>,
  counters: ReadonlyMap<string, number>,
): Map<string, number> {
  const known = new Set([...counters.keys()].map(nameOf));
  const hasOther = known.has("category|other") || known.has("source|other");
  const recounted = new Map<string, number>();
  for (const [counter, count] of Object.entries(found)) {
    const parsed = parseCounterName(counter);
    if (parsed === null) continue;
    const { dimension, status, value } = parsed;
    const asOther = hasOther && !known.has(nameOf(counter));
    const name = asOther ? counterName(dimension, status, "other") : counterName(dimension, status, value);
    recounted.set(name, (recounted.get(name) ?? 0) + count);
  }
  return recounted;
}

function nameOf(counter: string): string {
  const parsed = parseCounterName(counter);
  return parsed === null ? "" : `${parsed.dimension}|${parsed.value}`;
}
