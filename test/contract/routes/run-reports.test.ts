import { describe, expect, it } from "vitest";
import { durationsView, getRunReport, getRunTimeseries } from "#contract/routes/run-reports.ts";
import { runStatuses } from "#domain/run.ts";

describe.each([getRunReport, getRunTimeseries])("the query of $id", ({ query }) => {
  it("asks for everything by default", () => {
    expect(query.parse({})).toEqual({});
  });

  it.each(["running", "RUNNING", "Running"])("takes a status in any case: %s", (status) => {
    expect(query.parse({ status })).toEqual({ status: "RUNNING" });
  });

  it("takes a workflow by either of its ids, and whole UTC days", () => {
    const asked = { workflow_id: "my-workflow", date_from: "2026-11-20", date_to: "2026-11-21T23:30:00-01:00" };
    expect(query.parse(asked)).toEqual({ ...asked, date_to: "2026-11-22" });
  });

  it.each([
    ["status", "pending "],
    ["workflow_id", ""],
    ["date_from", "2026-02-30"],
    ["date_to", "today"],
  ])("is refused for %s=%j", (name, value) => {
    const parsed = query.safeParse({ [name]: value });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });
});

describe("the body of a report on runs", () => {
  const counts = Object.fromEntries(runStatuses.map((status) => [status, 0]));
  const none = durationsView({ count: 0, p50Ms: null, p95Ms: null });
  const body = {
    total_runs: 0,
    by_status: counts,
    by_workflow: { other: { total: 1, by_status: counts, durations: null } },
    durations: none,
    totals: { all: 0, ...counts },
    filters: { status: null, workflow_id: null, date_from: "2026-11-20", date_to: null },
    generated_at: "2026-11-21T09:30:00.000Z",
    as_of: null,
  };

  it("has every status, and null for durations that are too many to tell", () => {
    expect(getRunReport.answers[200].schema.parse(body)).toEqual(body);
    const { SUCCESS: _, ...others } = counts;
    expect(getRunReport.answers[200].schema.safeParse({ ...body, by_status: others }).success).toBe(false);
  });

  it("tells durations in milliseconds", () => {
    expect(durationsView({ count: 3, p50Ms: 101.2, p95Ms: 2_000 })).toEqual({ count: 3, p50_ms: 101.2, p95_ms: 2_000 });
  });
});
