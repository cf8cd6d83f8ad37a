import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedCost } from "#domain/shared-cost.ts";

/** What each of some evaluations may cost, given what each would cost. One is stopped when it comes to what it may. */
function allowances(costMax: number, wants: readonly number[], overrun = 0): number[] {
  const budget = new SharedCost(costMax, wants.length);
  return wants.map((want) => {
    const allowed = budget.next();
    budget.spend(want <= allowed || allowed === 0 ? Math.min(want, allowed) : allowed + overrun);
    return allowed;
  });
}

describe("a shared cost", () => {
  it("is all for one that is alone", () => {
    expect(allowances(1_000, [5])).toEqual([1_000]);
  });

  it("gives half to whoever comes first, and each its share of the other half", () => {
    expect(allowances(1_000, [9_999, 9_999, 9_999, 9_999, 9_999])).toEqual([600, 100, 100, 100, 100]);
  });

  it("passes on what is left of a share", () => {
    expect(allowances(1_000, [10, 10, 10, 9_999, 9_999])).toEqual([600, 690, 780, 870, 100]);
  });

  it("takes what overruns off a sum of its own, and stops all when that is spent", () => {
    expect(allowances(1_000, [9_999, 9_999, 9_999, 9_999, 9_999], 200)).toEqual([600, 100, 100, 0, 0]);
  });

  it("never gives less than the share, and never more than there is, whatever is spent", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 40 }), (wants) => {
        const given = allowances(10_000, wants);
        const spent = wants.reduce((sum, want, index) => sum + Math.min(want, given[index] ?? 0), 0);
        expect(Math.min(...given)).toBeGreaterThanOrEqual(Math.floor(10_000 / 2 / wants.length));
        expect(spent).toBeLessThanOrEqual(10_000);
        expect(allowances(10_000, wants)).toEqual(given);
      }),
    );
  });
});
