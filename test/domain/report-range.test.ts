import { describe, expect, it } from "vitest";
import { pastDaysIn, reportRange } from "#domain/report-range.ts";

describe("the range of a report", () => {
  it("is all of time when no end is given, and open at the end that is not given", () => {
    expect(reportRange(null, null)).toBeNull();
    expect(reportRange("2026-11-21", null)).toEqual({ from: "2026-11-21", to: "9999-12-31" });
    expect(reportRange(null, "2026-11-21")).toEqual({ from: "0000-01-01", to: "2026-11-21" });
  });

  it.each([
    ["2026-11-21", "2026-11-21", 1],
    ["2026-11-01", "9999-12-31", 21],
    ["2026-11-22", "2026-11-30", 0],
    ["2026-11-20", "2026-11-19", 0],
  ])("from %s to %s has %i days that are not in the future", (from, to, days) => {
    expect(pastDaysIn({ from, to }, "2026-11-21")).toBe(days);
  });
});
