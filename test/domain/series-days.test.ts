import { describe, expect, it } from "vitest";
import { seriesDays } from "#domain/series-days.ts";

const nowMs = Date.parse("2026-11-21T12:00:00Z");

describe("the days of a time series", () => {
  it("are the last 30 unless said otherwise", () => {
    const { days, dateFrom, dateTo } = seriesDays({}, nowMs);
    expect([days.length, days[0], days.at(-1)]).toEqual([30, dateFrom, dateTo]);
    expect(dateTo).toBe("2026-11-21");
  });

  it("are 366 at most, and none where the end lies before the start", () => {
    const ofYear = { date_from: "2024-01-01", date_to: "2024-12-31" };
    expect(seriesDays(ofYear, nowMs).days).toHaveLength(366);
    expect(() => seriesDays({ ...ofYear, date_to: "2025-01-01" }, nowMs)).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
    expect(seriesDays({ date_from: "2026-11-21", date_to: "2026-11-20" }, nowMs).days).toEqual([]);
  });

  it("begin with the first day there is where 30 would begin before it", () => {
    expect(seriesDays({ date_to: "0000-01-05" }, nowMs).days).toHaveLength(5);
  });
});
