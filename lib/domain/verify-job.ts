import type { FamilyName } from "./counted-family.ts";
import { dayOf } from "./instant.ts";
import { type DayRecount, type Difference, newRecount } from "./recount.ts";

/** How a day's counters compare with a recount. `moving`: it changed meanwhile or just before, so nothing can be said. */
export type DayResult = "agree" | "differ" | "moving" | "repaired";

/** How far a job is that recounts a family, day by day, and compares it with the counters. `worst` is of the day under way. */
export type VerifyState = {
  family: FamilyName;
  repair: boolean;
  firstDay: string;
  lastDay: string;
  nextDay: string;
  current: DayRecount | null;
  worst: DayResult;
  results: Record<DayResult, number>;
  differences: Difference[];
};

const dayMs = 86_400_000;
const differencesKept = 100;
const fromBest: readonly DayResult[] = ["agree", "repaired", "moving", "differ"];

/** The state of a job that has counted nothing yet. */
export function newVerify(family: FamilyName, firstDay: string, lastDay: string, repair: boolean): VerifyState {
  const results = { agree: 0, differ: 0, moving: 0, repaired: 0 };
  return {
    family,
    repair,
    firstDay,
    lastDay,
    nextDay: firstDay,
    current: null,
    worst: "agree",
    results,
    differences: [],
  };
}

/** The state as it is written now: jobs of before there were families recount records, and begin their day again. */
export function currentVerify(state: Partial<VerifyState> & Omit<VerifyState, "family" | "worst">): VerifyState {
  return state.family === undefined
    ? { ...state, family: "record", worst: "agree", current: null }
    : { worst: "agree", ...state, family: state.family };
}

/** The recount that is under way, or that of the day that is due. */
export function dueRecount(state: VerifyState): DayRecount {
  return state.current ?? newRecount(state.nextDay);
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

/** The state that tells of what differs; a repair that needs several rounds tells of it in the first. */
export function noteDifferences(
  state: VerifyState,
  recount: DayRecount,
  differences: readonly Difference[],
): VerifyState {
  if (recount.repairs > 0) return state;
  return { ...state, differences: [...state.differences, ...differences].slice(0, differencesKept) };
}

/** The state with the result of the part of a day that was recounted; the next part is up, or the next day. */
export function settlePart(state: VerifyState, recount: DayRecount, partResult: DayResult): VerifyState {
  const { day, parts } = recount;
  const worst = [state.worst, partResult].sort((a, b) => fromBest.indexOf(b) - fromBest.indexOf(a))[0] ?? partResult;
  const left = parts.slice(1);
  if (left.length > 0) return { ...state, worst, current: newRecount(day, left) };
  const results = { ...state.results, [worst]: state.results[worst] + 1 };
  return { ...state, current: null, worst: "agree", nextDay: dayOf(Date.parse(day) + dayMs), results };
}
