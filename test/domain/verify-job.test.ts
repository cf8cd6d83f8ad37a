import { describe, expect, it } from "vitest";
import { type DayRecount, newRecount } from "#domain/recount.ts";
import {
  currentVerify,
  type DayResult,
  dueRecount,
  isVerifyDone,
  newVerify,
  noteDifferences,
  settlePart,
  type VerifyState,
  verdictOf,
} from "#domain/verify-job.ts";

const day = "2026-11-20";
const inTwo = [
  { index: 0, of: 2 },
  { index: 1, of: 2 },
];

/** Settles every part of the day that is due with the result that comes next. */
function settleDay(state: VerifyState, ...results: DayResult[]): VerifyState {
  return results.reduce((settled, result) => settlePart(settled, dueRecount(settled), result), state);
}

function halved(state: VerifyState): VerifyState {
  return { ...state, current: newRecount(state.nextDay, inTwo) };
}

describe("a job that verifies", () => {
  it("takes the days in order and is done after the last", () => {
    const begun = newVerify("run", day, "2026-11-21", false);
    expect([isVerifyDone(begun), dueRecount(begun).day]).toEqual([false, day]);
    const first = settleDay(begun, "agree");
    expect([isVerifyDone(first), dueRecount(first).day]).toEqual([false, "2026-11-21"]);
    expect(isVerifyDone(settleDay(first, "agree"))).toBe(true);
  });

  it("gives a day that was recounted in parts one result, the worst of them", () => {
    const begun = newVerify("record", day, day, true);
    const half = settleDay(halved(begun), "differ");
    expect([isVerifyDone(half), dueRecount(half).parts]).toEqual([false, [{ index: 1, of: 2 }]]);
    expect(settleDay(half, "agree").results).toEqual({ agree: 0, repaired: 0, moving: 0, differ: 1 });
    expect(settleDay(halved(begun), "repaired", "agree").results.repaired).toBe(1);
    expect(settleDay(halved(begun), "repaired", "moving").results.moving).toBe(1);
  });

  it.each([
    [["agree", "repaired"], "agree"],
    [["agree", "moving"], "moving"],
    [["moving", "differ"], "differ"],
  ] as const)("after days that %j its verdict is %s", (results, verdict) => {
    expect(verdictOf(settleDay(newVerify("record", day, "2026-11-21", false), ...results))).toBe(verdict);
  });

  it("tells of a difference once, however many rounds its repair takes, and of a hundred at most", () => {
    const state = newVerify("record", day, day, true);
    const recount: DayRecount = newRecount(day);
    const differences = Array.from({ length: 70 }, (_, at) => ({ day, counter: String(at), counted: 0, recounted: 1 }));
    const noted = noteDifferences(state, recount, differences);
    expect(noteDifferences(noted, { ...recount, repairs: 1 }, differences).differences).toEqual(differences);
    expect(noteDifferences(noted, recount, differences).differences).toHaveLength(100);
  });

  it("of before there were families recounts records, and begins the day it was at again", () => {
    const { family: _, worst: __, ...before } = newVerify("record", day, day, true);
    const flat = { day, position: "x", found: { "category|pending|order": 1 } } as unknown as DayRecount;
    expect(currentVerify({ ...before, current: flat })).toEqual(newVerify("record", day, day, true));
  });
});
