import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { isFinished, type Run, runMoves } from "#domain/run.ts";
import { cancelled, paused, type RetryFrom, resumed, retried } from "#domain/run-commands.ts";
import { claimed } from "#domain/run-engine.ts";
import { failed, goOn, madeDefinition, madeRun, madeStep, succeeded, triggeredMs } from "#test/made-run.ts";

const first = madeStep({ name: "first", type: "webhook" });
const wait = madeStep({ name: "wait", type: "delay" });
const last = madeStep({ name: "last", type: "webhook" });
const definition = madeDefinition(first, wait, last);
const retry = (from: RetryFrom) => ({ from, definitionVersion: 1, definition, payloadEdited: false, by: "me" });
const failedAtLast = { status: "FAILED", step: 2, attempt: 3, error: "no", finishedAtMs: triggeredMs } as const;

describe("pause and resume", () => {
  it("a paused run is resumed to where it was: at its time, with its worker, or at once", () => {
    const waiting = madeRun({ status: "WAITING", wakeAtMs: triggeredMs + 1000 });
    expect(resumed(paused(waiting, "me", triggeredMs), "me", triggeredMs + 1).status).toBe("WAITING");
    expect(resumed(paused(waiting, "me", triggeredMs), "me", triggeredMs + 1000).status).toBe("PENDING");
    const held = claimed(madeRun(), { untilMs: triggeredMs + 1000, epoch: "e" }, triggeredMs);
    expect(resumed(paused(held, "me", triggeredMs), "me", triggeredMs + 1).status).toBe("RUNNING");
    expect(resumed(paused(held, "me", triggeredMs), "me", triggeredMs + 1000).status).toBe("PENDING");
  });

  it("is refused, with what the run is, where there is nothing to pause or resume", () => {
    expect(() => paused(madeRun({ status: "SUCCESS" }), "me", 0)).toThrow("SUCCESS: it is too late to pause");
    expect(() => paused(madeRun({ status: "PAUSED" }), "me", 0)).toThrow("PAUSED already");
    expect(() => resumed(madeRun(), "me", 0)).toThrow("PENDING: only a PAUSED run can be resumed");
  });
});

describe("retry", () => {
  it("begins at the step that failed, with new attempts, a new generation and a new fence", () => {
    const run = retried(madeRun(failedAtLast), definition, retry("failed"), triggeredMs + 5);
    expect(run).toMatchObject({ status: "PENDING", step: 2, attempt: 1, generation: 1, fence: 1, claims: 0 });
    expect(run).toMatchObject({ error: null, finishedAtMs: null });
    expect(run.journal.tail).toMatchObject([{ type: "retried", by: "me", fromStep: "last", ranVersion: 1 }]);
  });

  it("begins at the start or a named step, of any finished run", () => {
    expect(retried(madeRun(failedAtLast), definition, retry("start"), 0).step).toBe(0);
    expect(
      retried(madeRun({ ...failedAtLast, status: "SUCCESS", step: 3 }), definition, retry({ step: "wait" }), 0).step,
    ).toBe(1);
  });

  it("is refused while the run has not ended, where nothing failed, and for a step that is not there", () => {
    expect(() => retried(madeRun(), definition, retry("start"), 0)).toThrow("Cancel it first");
    const well = madeRun({ ...failedAtLast, status: "SUCCESS", step: 3 });
    expect(() => retried(well, definition, retry("failed"), 0)).toThrow("No step of the run failed");
    expect(() => retried(well, definition, retry({ step: "none" }), 0)).toThrow("it has first, wait, last");
  });
});

describe("any sequence of commands and attempts", () => {
  type Action = (run: Run, nowMs: number) => Run;
  const actions: Record<string, Action> = {
    pause: (run, now) => paused(run, "me", now),
    resume: (run, now) => resumed(run, "me", now),
    cancel: (run, now) => cancelled(run, "me", now),
    retryFailed: (run, now) => retried(run, definition, retry("failed"), now),
    retryStart: (run, now) => retried(run, definition, retry("start"), now),
    goOn: (run, now) => goOn(run, definition, now).run,
    claim: (run, now) => {
      const { run: reached, next } = goOn(run, definition, now);
      return next.kind === "send" ? claimed(reached, { untilMs: now + 500, epoch: "e" }, now) : reached;
    },
    succeed: (run, now) => underWay(run, (step) => succeeded(run, step, now)),
    fail: (run, now) => underWay(run, (step) => failed(run, step, now)),
  };
  function underWay(run: Run, work: (step: typeof first) => Run): Run {
    const step = definition.steps[run.step];
    return run.lease === null || step === undefined ? run : work(step);
  }

  it("stays within the table of moves, numbers every event once, and ends once for each beginning", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(actions)), { maxLength: 60 }), (names) => {
        let run = madeRun();
        for (const [turn, name] of names.entries()) {
          const before = run;
          try {
            run = (actions[name] as Action)(run, triggeredMs + turn * 400);
          } catch (error) {
            expect(error).toBeInstanceOf(DomainError);
            continue;
          }
          if (run.status !== before.status) expect(runMoves[before.status]).toContain(run.status);
          expect(run.finishedAtMs !== null).toBe(isFinished(run));
          expect(run.fence).toBeGreaterThanOrEqual(before.fence);
          if (isFinished(run)) expect(run.lease).toBeNull();
        }
        const { tail, count } = run.journal;
        expect(tail.map(({ sequence }) => sequence)).toEqual(tail.map((_, at) => at + 2));
        expect(count).toBe(tail.length + 1);
        const ends = tail.filter(({ type }) => type === "completed" || type === "cancelled").length;
        const again = tail.filter(({ type }) => type === "retried").length;
        expect(ends - again).toBe(isFinished(run) ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});
