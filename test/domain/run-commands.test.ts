import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { isFinished, type Run, runMoves } from "#domain/run.ts";
import { cancelled, paused, type Retry, type RetryFrom, resumed, retried } from "#domain/run-commands.ts";
import { claimed } from "#domain/run-engine.ts";
import { endedResults } from "#domain/step-results.ts";
import type { Definition } from "#domain/workflow.ts";
import { failed, goOn, madeDefinition, madeRun, madeStep, succeeded, triggeredMs } from "#test/made-run.ts";

const first = madeStep({ name: "first", type: "webhook" });
const wait = madeStep({ name: "wait", type: "delay" });
const last = madeStep({ name: "last", type: "webhook" });
const definition = madeDefinition(first, wait, last);
const again = { definitionVersion: 1, definition, payloadEdited: false, by: "me" };
/** A retry of a run, whose journal is in its head. */
const anew = (run: Run, from: RetryFrom, more: Partial<Retry> = {}, nowMs = triggeredMs) =>
  retried(run, definition, { ...again, from, entries: run.journal.tail, ...more }, nowMs);

/** A run as far as some outcomes of its webhooks take it; its waits go well. */
function ran(steps: Definition, ...outcomes: ("well" | "badly")[]): Run {
  let run = madeRun();
  let now = triggeredMs;
  const goOnOverWaits = () => {
    for (let turn = 0; turn < 2; turn++, now += 60_000) run = goOn(run, steps, now).run;
  };
  goOnOverWaits();
  for (const outcome of outcomes) {
    const step = steps.steps[run.step] as typeof first;
    run = outcome === "well" ? succeeded(run, step, now) : failed(run, step, now);
    goOnOverWaits();
  }
  return run;
}
const [once, lenient] = [{ retry: { ...first.retry, maxAttempts: 1 } }, { onError: "continue" as const }];
const fragile = madeDefinition({ ...first, ...once }, wait, { ...last, ...once });
const failedAtLast = ran(fragile, "well", "badly");
const well = ran(fragile, "well", "well");

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
    expect(failedAtLast).toMatchObject({ status: "FAILED", step: 2 });
    const run = anew(failedAtLast, "failed");
    expect(run).toMatchObject({ status: "PENDING", step: 2, attempt: 1, generation: 1, fence: 1, claims: 0 });
    expect(run).toMatchObject({ error: null, finishedAtMs: null });
    expect(run.journal.tail.at(-1)).toMatchObject({ type: "retried", by: "me", fromStep: "last", ranVersion: 1 });
  });

  it("begins at the start or a named step, of any finished run", () => {
    expect(anew(failedAtLast, "start").step).toBe(0);
    expect(well.status).toBe("SUCCESS");
    expect(anew(well, { step: "wait" }).step).toBe(1);
  });

  it("is refused while the run has not ended, where nothing failed, and for a step that is not there", () => {
    expect(() => anew(madeRun(), "start")).toThrow("Cancel it first");
    expect(() => anew(well, "failed")).toThrow(
      "No step of the run failed. Name the step to retry from in from_step, or say from: start.",
    );
    expect(() => anew(well, { step: "none" })).toThrow("it has first, wait, last");
  });

  it("is refused with the steps that failed, where the run went on without them: they can be named", () => {
    const steps = madeDefinition({ ...first, ...once, ...lenient }, wait, { ...last, ...once, ...lenient });
    const run = ran(steps, "badly", "badly");
    expect(run.status).toBe("SUCCESS");
    const retry = { ...again, definition: steps, entries: run.journal.tail };
    expect(() => retried(run, steps, { ...retry, from: "failed" }, 0)).toThrow(
      "The run is SUCCESS: it went on without first, last, which failed. Name the step to retry from in from_step",
    );
    expect(retried(run, steps, { ...retry, from: { step: "first" } }, 0).step).toBe(0);
    expect(retried(run, steps, { ...retry, from: { step: "last" } }, 0).step).toBe(2);
  });

  it("is refused where it would leave out a step that never ran, naming it and where to begin", () => {
    const stopped = ran(fragile, "badly");
    expect(stopped).toMatchObject({ status: "FAILED", step: 0 });
    expect(() => anew(stopped, { step: "last" })).toThrow(
      "from_step last would leave out steps before it: first (failed), wait (no result). Retry from_step first, or from: start.",
    );
    const cancelledFirst = cancelled(madeRun(), "me", triggeredMs);
    expect(() => anew(cancelledFirst, { step: "wait" })).toThrow("first (no result)");
    expect(anew(cancelledFirst, { step: "first" }).step).toBe(0);
  });

  it("is refused where the version to run has a step before that the run never had, though it failed later", () => {
    const longer = madeDefinition(first, madeStep({ name: "check", type: "webhook" }), wait, last);
    const newest = { definition: longer, definitionVersion: 2 };
    expect(() => anew(failedAtLast, "failed", newest)).toThrow("check (no result). Retry from_step check");
    expect(anew(failedAtLast, { step: "check" }, newest).step).toBe(1);
  });

  it("from the start begins at the first step of the version to run, whatever the run began with", () => {
    const other = madeDefinition(madeStep({ name: "check", type: "webhook" }), first, wait, last);
    const run = anew(failedAtLast, "start", { definition: other, definitionVersion: 2 });
    expect(run).toMatchObject({ step: 0, definitionVersion: 2 });
    expect(run.journal.tail.at(-1)).toMatchObject({ fromStep: "check" });
  });

  it("may leave a failed step behind in a version that goes on without it", () => {
    const stopped = ran(fragile, "badly");
    const newest = { definition: madeDefinition({ ...first, ...lenient }, wait, last), definitionVersion: 2 };
    expect(anew(stopped, { step: "wait" }, newest)).toMatchObject({ step: 1, definitionVersion: 2 });
  });

  it("takes back what is after it: a step that a retry did not come to again has no result", () => {
    const run = cancelled(anew(well, "start"), "me", triggeredMs);
    expect(() => anew(run, { step: "last" })).toThrow("first (no result), wait (no result)");
  });
});

describe("any sequence of commands and attempts", () => {
  // Two versions whose steps differ in order, in number and in what the run goes on without.
  const versions: Definition[] = [
    madeDefinition(first, { ...wait, onError: "continue" }, { ...last, ...lenient }),
    madeDefinition({ ...first, ...lenient }, last, madeStep({ name: "more", type: "webhook" }), wait),
  ];
  const definitionOf = (run: Run) => versions[run.definitionVersion - 1] as Definition;
  const retry = (from: RetryFrom, version?: number): Action => {
    return (run, now) => {
      const definitionVersion = version ?? run.definitionVersion;
      const definition = versions[definitionVersion - 1] as Definition;
      const entries = run.journal.tail;
      return retried(run, definitionOf(run), { ...again, from, entries, definition, definitionVersion }, now);
    };
  };
  type Action = (run: Run, nowMs: number) => Run;
  const actions: Record<string, Action> = {
    pause: (run, now) => paused(run, "me", now),
    resume: (run, now) => resumed(run, "me", now),
    cancel: (run, now) => cancelled(run, "me", now),
    retryFailed: retry("failed"),
    retryStart: retry("start"),
    ...Object.fromEntries(
      ["first", "wait", "last", "more"].flatMap((step) =>
        [1, 2].map((version) => [`retry ${step} of ${version}`, retry({ step }, version)]),
      ),
    ),
    retryFailedOfNext: retry("failed", 2),
    goOn: (run, now) => goOn(run, definitionOf(run), now).run,
    claim: (run, now) => {
      const { run: reached, next } = goOn(run, definitionOf(run), now);
      return next.kind === "send" ? claimed(reached, { untilMs: now + 500, epoch: "e" }, now) : reached;
    },
    succeed: (run, now) => underWay(run, (step) => succeeded(run, step, now)),
    fail: (run, now) => underWay(run, (step) => failed(run, step, now)),
  };
  function underWay(run: Run, work: (step: typeof first) => Run): Run {
    const step = definitionOf(run).steps[run.step];
    return run.lease === null || step === undefined ? run : work(step);
  }
  const sequences = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("claim", "claim", "succeed", "fail", "goOn") },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(actions)) },
    ),
    { maxLength: 80 },
  );
  /** The run after each action in turn, with the one before and why the action was refused, if it was. */
  function* courseOf(names: readonly string[]) {
    let run = madeRun();
    for (const [turn, name] of names.entries()) {
      const before = run;
      let refusal: unknown = null;
      try {
        run = (actions[name] as Action)(run, triggeredMs + turn * 4_000);
      } catch (error) {
        refusal = error;
      }
      yield { name, before, run, refusal };
    }
  }

  it("stays within the table of moves, numbers every event once, and ends once for each beginning", () => {
    fc.assert(
      fc.property(sequences, (names) => {
        let last = madeRun();
        for (const { before, run, refusal } of courseOf(names)) {
          last = run;
          if (refusal !== null) expect(refusal).toBeInstanceOf(DomainError);
          if (run.status !== before.status) expect(runMoves[before.status]).toContain(run.status);
          expect(run.finishedAtMs !== null).toBe(isFinished(run));
          expect(run.fence).toBeGreaterThanOrEqual(before.fence);
          if (isFinished(run)) expect(run.lease).toBeNull();
        }
        const { tail, count } = last.journal;
        expect(tail.map(({ sequence }) => sequence)).toEqual(tail.map((_, at) => at + 2));
        expect(count).toBe(tail.length + 1);
        const ends = tail.filter(({ type }) => type === "completed" || type === "cancelled").length;
        const retries = tail.filter(({ type }) => type === "retried").length;
        expect(ends - retries).toBe(isFinished(last) ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves no step out: each before the one that is due went well, or failed where the run goes on without it", () => {
    fc.assert(
      fc.property(sequences, (names) => {
        for (const { run } of courseOf(names)) {
          const { steps } = definitionOf(run);
          const ended = endedResults(run.journal.tail, definitionOf(run));
          for (const { name, onError } of steps.slice(0, run.step)) {
            const allowed = onError === "continue" ? ["SUCCESS", "FAILED"] : ["SUCCESS"];
            expect(allowed, `${name} of ${run.definitionVersion}`).toContain(ended.get(name)?.status);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("never keeps a run that ended badly from beginning again where it ended, in the version that it ran", () => {
    fc.assert(
      fc.property(sequences, (names) => {
        for (const { name, before, refusal } of courseOf(names)) {
          const hasStep = definitionOf(before).steps[before.step] !== undefined;
          const endedBadly = before.status === "FAILED" || before.status === "CANCELLED";
          if (name === "retryFailed" && endedBadly && hasStep) expect(refusal).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });
});
