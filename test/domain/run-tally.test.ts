import { describe, expect, it } from "vitest";
import { runTally } from "#domain/run-tally.ts";
import { uuid7 } from "#domain/uuid7.ts";

const triggeredMs = Date.parse("2026-11-21T23:59:59.999Z");
const id = uuid7(triggeredMs, new Uint8Array(10), 0);
const workflowId = "018f0000-0000-7000-8000-000000000000";

describe("a run's tally", () => {
  it("is of the UTC day of its trigger, whenever it ended, and has its duration from the trigger to the end", () => {
    const finishedAtMs = triggeredMs + 90_000;
    expect(runTally({ id, status: "FAILED", workflowId, finishedAtMs })).toEqual({
      family: "run",
      day: "2026-11-21",
      status: "FAILED",
      values: { workflow: workflowId },
      durationMs: 90_000,
    });
  });

  it("has no duration while it has not ended", () => {
    expect(runTally({ id, status: "WAITING", workflowId, finishedAtMs: null }).durationMs).toBeNull();
  });

  it("has none below 0, where the clock of the worker is behind that of the trigger", () => {
    expect(runTally({ id, status: "SUCCESS", workflowId, finishedAtMs: triggeredMs - 5 }).durationMs).toBe(0);
  });
});
