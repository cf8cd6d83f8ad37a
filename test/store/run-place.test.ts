import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { isFinished, type Run, triggeredAtMs } from "#domain/run.ts";
import { cancelled, paused, resumed, retried } from "#domain/run-commands.ts";
import { sweepAtMs, visitAfterMs, writingMsMax } from "#domain/run-due.ts";
import { claimed, handedOn } from "#domain/run-engine.ts";
import type { NewItem } from "#store/commit.ts";
import { dueMsOf, dueSortKey } from "#store/keys.ts";
import { type LoadedRun, parseRun, runItem } from "#store/run-head.ts";
import { failed, goOn, madeDefinition, madeRun, madeStep, succeeded } from "#test/made-run.ts";

const retry = { maxAttempts: 3, backoffSeconds: 1, jitter: false, retryOn: null } as const;
const steps = [
  madeStep({ name: "first", type: "webhook", retry }),
  madeStep({ name: "wait", type: "delay", config: { duration: 30 } }),
  madeStep({ name: "last", type: "webhook", retry }),
];
const definition = madeDefinition(...steps);
const run = madeRun();
const triggeredMs = triggeredAtMs(run);

/** What is saved of a run, as it is loaded again. */
function loaded(item: NewItem): LoadedRun {
  const read = parseRun({ ...item, w: [], q: "test" });
  if (read === null) throw new Error("erased");
  return read;
}

function saved({ payload, due }: LoadedRun, next: Run): LoadedRun {
  return loaded(runItem({ ...next, version: next.version + 1 }, payload, due));
}

/** A writer: what it makes of a run at the time that it tells. Throws where the run does not let it. */
type Writer = (run: Run, nowMs: number) => Run;

/** A worker that got the message: what time has made due is done, and the next request claimed. */
const advance: Writer = (standing, nowMs) => {
  const { run: reached, next } = goOn(standing, definition, nowMs);
  return next.kind === "send" ? claimed(reached, { untilMs: nowMs + 75_000, epoch: "e" }, nowMs) : reached;
};
const held = (standing: Run) => {
  const step = standing.lease === null ? undefined : steps[standing.step];
  if (step === undefined) throw new DomainError("state_conflict", "nobody has it");
  return step;
};
const writers: Record<string, Writer> = {
  advance,
  succeed: (standing, nowMs) => advance(succeeded(standing, held(standing), nowMs), nowMs),
  fail: (standing, nowMs) => advance(failed(standing, held(standing), nowMs), nowMs),
  "fail for good": (standing, nowMs) => failed({ ...standing, attempt: retry.maxAttempts }, held(standing), nowMs),
  "hand on": (standing, nowMs) => {
    held(standing);
    return handedOn(standing, nowMs);
  },
  pause: (standing, nowMs) => paused(standing, "x", nowMs),
  resume: (standing, nowMs) => resumed(standing, "x", nowMs),
  cancel: (standing, nowMs) => cancelled(standing, "x", nowMs),
  retry: (standing, nowMs) => {
    const from = {
      from: "start",
      definitionVersion: 1,
      definition,
      payloadEdited: false,
      entries: [],
      by: "x",
    } as const;
    return retried(standing, definition, from, nowMs);
  },
};

/** The sweep's look at a run of its age: one that stands nowhere gets a place. */
function visited(standing: LoadedRun, nowMs: number): LoadedRun {
  if (isFinished(standing.run) || standing.due !== null) return standing;
  const placed = runItem({ ...standing.run, version: standing.run.version + 1 }, standing.payload, standing.due);
  return loaded({ ...placed, r: dueSortKey(sweepAtMs(standing.run, nowMs) ?? nowMs, standing.run.id) });
}

const isLost = ({ run: { status }, due }: LoadedRun) =>
  ["PENDING", "RUNNING", "WAITING"].includes(status) && (due === null || dueMsOf(due) === null);

describe("the place of a run in the index that the sweep reads", () => {
  it("is there from the sweep's one look on, whoever wrote when, and whatever time the writes tell", () => {
    const writes = fc.array(
      fc.record({
        who: fc.constantFrom(...Object.keys(writers)),
        committedMs: fc.integer({ min: 0, max: visitAfterMs + 120_000 }),
        heldMs: fc.integer({ min: 0, max: writingMsMax }), // by which the time that it tells is earlier
      }),
      { maxLength: 14 },
    );
    const lookMs = fc.integer({ min: visitAfterMs, max: visitAfterMs + 60_000 });
    fc.assert(
      fc.property(writes, lookMs, (made, visitMs) => {
        const inOrder = [...made, { who: "visit", committedMs: visitMs, heldMs: 0 }].sort(
          (a, b) => a.committedMs - b.committedMs,
        );
        let standing = loaded(runItem(run, { p: "{}" }, null));
        let isVisited = false;
        for (const { who, committedMs, heldMs } of inOrder) {
          const write = writers[who];
          const nowMs = triggeredMs + Math.max(committedMs - heldMs, 0);
          isVisited ||= write === undefined;
          if (write === undefined) standing = visited(standing, triggeredMs + committedMs);
          else standing = attempt(() => saved(standing, write(standing.run, nowMs))) ?? standing;
          if (isVisited && isLost(standing)) return false;
        }
        return true;
      }),
      { numRuns: 5_000 },
    );
  });

  it("is not there for a run that is done in two minutes", () => {
    const times = [1_000, 2_000, 40_000, 119_999];
    let standing = loaded(runItem(run, { p: "{}" }, null));
    for (const [at, write] of [advance, writers.succeed, advance, writers.succeed].entries()) {
      standing = saved(standing, (write as Writer)(standing.run, triggeredMs + (times[at] ?? 0)));
      expect(standing.due).toBeNull();
    }
    expect(standing.run.status).toBe("SUCCESS");
  });

  it("is kept by a save that tells a time before it got one", () => {
    const claim = saved(loaded(runItem(run, { p: "{}" }, null)), advance(run, triggeredMs + 110_000));
    const seen = visited(claim, triggeredMs + visitAfterMs);
    const told = saved(seen, (writers.fail as Writer)(seen.run, triggeredMs + 115_000));
    expect(told).toMatchObject({ run: { status: "WAITING" }, due: seen.due });
  });
});

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
