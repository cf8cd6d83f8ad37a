import { describe, expect, it } from "vitest";
import { isFinished, newRun, type Run, runStatuses } from "#domain/run.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { erasedRunItem, runItem } from "#store/run-head.ts";
import { runTallyOf } from "#store/run-tally.ts";

const triggeredMs = Date.parse("2026-11-21T12:00:00Z");
const id = uuid7(triggeredMs, new Uint8Array(10), 3);
const workflowId = uuid7(triggeredMs - 1_000, new Uint8Array(10), 0);
const run: Run = newRun({ id, workflowId, definitionVersion: 1, tag: null, keptDays: 30 });
const head = { pk: "run#03", sk: id, s: "PENDING", g: `${workflowId}\t${id}`, u: triggeredMs, anything: ["else"] };

describe("what the head of a run says for counting", () => {
  it.each(runStatuses)("is its day, workflow and status, as the store writes them: %s", (status) => {
    const finishedAtMs = isFinished({ status }) ? triggeredMs + 5_000 : null;
    const item = runItem({ ...run, status, finishedAtMs, updatedAtMs: triggeredMs + 5_000 }, { p: "{}" }, null);
    expect(runTallyOf(JSON.parse(JSON.stringify(item)))).toEqual({
      tally: {
        family: "run",
        day: "2026-11-21",
        status,
        values: { workflow: workflowId },
        durationMs: finishedAtMs && 5_000,
      },
      changedAtMs: triggeredMs + 5_000,
    });
  });

  it("is nothing but a change for what is left of an erased one", () => {
    const left = erasedRunItem(run, triggeredMs + 9_000);
    expect(runTallyOf(left)).toEqual({ tally: null, changedAtMs: triggeredMs + 9_000 });
  });

  it.each([
    ["a status in lower case", { ...head, s: "pending" }],
    ["an unknown status", { ...head, s: "LOST" }],
    ["an end before it ended", { ...head, e: triggeredMs }],
    ["no end though it ended", { ...head, s: "SUCCESS" }],
    ["an end that is no number", { ...head, s: "SUCCESS", e: "now" }],
    ["no workflow", { ...head, g: `\t${id}` }],
    ["the id of another run", { ...head, g: `${workflowId}\t${workflowId}` }],
    ["no id", { ...head, sk: "head" }],
    ["no time", { ...head, u: undefined }],
  ])("is refused with %s", (_, item) => {
    expect(() => runTallyOf(item)).toThrow();
  });
});
