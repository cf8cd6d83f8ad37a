import { describe, expect, it } from "vitest";
import { getSummary } from "#contract/routes/reports.ts";

describe("the query of the summary", () => {
  it("asks for everything by default", () => {
    expect(getSummary.query.parse({})).toEqual({});
  });

  it("takes whole UTC days", () => {
    const query = { date_from: "2026-11-20", date_to: "2026-11-21T23:30:00-01:00" };
    expect(getSummary.query.parse(query)).toEqual({ date_from: "2026-11-20", date_to: "2026-11-22" });
  });

  it.each([
    ["status", "done"],
    ["category", " "],
    ["date_from", "2026-02-30"],
    ["date_to", "today"],
  ])("is refused for %s=%j", (name, value) => {
    const parsed = getSummary.query.safeParse({ [name]: value });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });
});

describe("the body of the summary", () => {
  it("takes any category as a name, and null before the first change", () => {
    const counts = { pending: 0, processed: 1, failed: 0 };
    const body = {
      total_records: 1,
      by_status: counts,
      by_category: { constructor: 1 },
      totals: { all: 1, ...counts },
      filters: { status: null, category: null, date_from: "2026-11-20", date_to: null },
      generated_at: "2026-11-21T09:30:00.000Z",
      as_of: null,
    };
    expect(getSummary.answers[200].schema.parse(body)).toEqual(body);
  });
});
