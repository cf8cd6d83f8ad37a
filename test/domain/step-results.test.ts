import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Run } from "#domain/run.ts";
import { cancelled, paused, resumed, retried } from "#domain/run-commands.ts";
import { claimed, failedRun } from "#domain/run-engine.ts";
import { endedResults, stepResults } from "#domain/step-results.ts";
import { failed, goOn, madeDefinition, madeRun, madeStep, succeeded, triggeredMs } from "#test/made-run.ts";

const first = madeStep({ name: "first", type: "webhook" });
const last = madeStep({ name: "last", type: "webhook", onError: "continue" });
const definition = madeDefinition(first, last);
const lease = { untilMs: triggeredMs + 60_000, epoch: "e" };
const resultsOf = (run: Run) => Object.fromEntries(stepResults(run, run.journal.tail, definition));
const retry = { from: "start", entries: [], definitionVersion: 1, definition, payloadEdited: false, by: "me" } as const;
const held = claimed(madeRun(), lease, triggeredMs);

describe("the step that is under way", () => {
  it("is shown with the error of its last attempt while it waits for the next, and while that is made", () => {
    expect(resultsOf(held)).toMatchObject({ first: { status: "RUNNING", attempt: 1, error: null } });
    const waiting = failed(held, first, triggeredMs + 1_000, 503);
    expect(resultsOf(waiting)).toMatchObject({ first: { status: "WAITING", attempt: 2, error: "answered 503" } });
    const again = claimed(waiting, lease, triggeredMs + 9_000);
    expect(resultsOf(again)).toMatchObject({ first: { status: "RUNNING", attempt: 2, error: "answered 503" } });
    expect(resultsOf(succeeded(again, first, triggeredMs + 9_500))).toMatchObject({
      first: { status: "SUCCESS", attempt: 2, error: null },
    });
  });

  it("is not shown before it has begun", () => {
    expect(resultsOf(madeRun())).toEqual({});
    expect(Object.keys(resultsOf(succeeded(held, first, triggeredMs)))).toEqual(["first"]);
  });
});

describe("the step at which a run ended", () => {
  it("is shown as cancelled with what its last attempt came to, where the run was cancelled", () => {
    const run = cancelled(failed(held, first, triggeredMs + 1_000, 503), "me", triggeredMs + 1_500);
    expect(resultsOf(run)).toEqual({
      first: {
        stepName: "first",
        status: "CANCELLED",
        attempt: 2,
        startedAtMs: triggeredMs,
        completedAtMs: triggeredMs + 1_500,
        output: null,
        error: "answered 503",
        sequence: null,
      },
    });
  });

  it("is shown without a beginning where the run was cancelled before it began", () => {
    const run = cancelled(madeRun(), "me", triggeredMs + 5);
    expect(resultsOf(run)).toMatchObject({ first: { status: "CANCELLED", startedAtMs: null, error: null } });
    const later = cancelled(succeeded(held, first, triggeredMs), "me", triggeredMs + 5);
    expect(resultsOf(later)).toMatchObject({ first: { status: "SUCCESS" }, last: { status: "CANCELLED" } });
  });

  it("is what it came to, where its request ended after the run had been cancelled", () => {
    const run = cancelled(held, "me", triggeredMs + 5);
    expect(resultsOf(failed(run, first, triggeredMs + 9))).toMatchObject({ first: { status: "FAILED", attempt: 1 } });
    const well = resultsOf(succeeded(run, first, triggeredMs + 9));
    expect(well).toMatchObject({ first: { status: "SUCCESS" }, last: { status: "CANCELLED", startedAtMs: null } });
  });

  it("is shown as failed with the run's error, where nothing ever came of it", () => {
    const run = failedRun(held, "Step first was begun 99 times and never came to an end.", triggeredMs + 5);
    expect(resultsOf(run)).toMatchObject({ first: { status: "FAILED", error: run.error, startedAtMs: triggeredMs } });
  });

  it("is gone, and so are its errors, once the run is retried from there", () => {
    const run = retried(cancelled(failed(held, first, triggeredMs), "me", triggeredMs), definition, retry, triggeredMs);
    expect(resultsOf(run)).toEqual({});
    expect(resultsOf(claimed(run, lease, triggeredMs + 7))).toMatchObject({
      first: { status: "RUNNING", attempt: 1, error: null, startedAtMs: triggeredMs + 7 },
    });
  });
});

describe("what ended", () => {
  it("is known by name without what is under way, and taken back by a retry from there on", () => {
    const both = failed(claimed(succeeded(held, first, triggeredMs), lease, triggeredMs), last, triggeredMs);
    const entries = [...both.journal.tail];
    expect([...endedResults(entries, definition).keys()]).toEqual(["first"]);
    const anew = retried(cancelled(both, "me", triggeredMs), definition, retry, triggeredMs);
    expect([...endedResults(anew.journal.tail, definition).keys()]).toEqual([]);
  });
});

describe("a step, whatever happens to its run", () => {
  const actions: Record<string, (run: Run, nowMs: number) => Run> = {
    pause: (run, now) => paused(run, "me", now),
    resume: (run, now) => resumed(run, "me", now),
    cancel: (run, now) => cancelled(run, "me", now),
    claim: (run, now) => {
      const { run: reached, next } = goOn(run, definition, now);
      return next.kind === "send" ? claimed(reached, { untilMs: now + 500, epoch: "e" }, now) : reached;
    },
    succeed: (run, now) => settledBy(run, (step) => succeeded(run, step, now)),
    fail: (run, now) => settledBy(run, (step) => failed(run, step, now)),
  };
  function settledBy(run: Run, work: (step: typeof first) => Run): Run {
    const step = definition.steps[run.step];
    return run.stepStartedAtMs === null || step === undefined ? run : work(step);
  }

  it("has one beginning from when it is first seen, and is seen from then on", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(actions)), { maxLength: 40 }), (names) => {
        let run = madeRun();
        const begun = new Map<string, number>();
        for (const [turn, name] of names.entries()) {
          try {
            run = actions[name]?.(run, triggeredMs + turn * 400) ?? run;
          } catch {
            continue; // a command that is refused changes nothing
          }
          const results = resultsOf(run);
          for (const [step, startedAtMs] of begun) expect(results[step]?.startedAtMs).toBe(startedAtMs);
          for (const { stepName, startedAtMs } of Object.values(results)) {
            if (startedAtMs !== null) begun.set(stepName, startedAtMs);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
