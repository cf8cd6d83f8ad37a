import { describe, expect, it } from "vitest";
import { begun, claimed, claimsMax, failedRun, handedOn, proceed, settled } from "#domain/run-engine.ts";
import { failed, goOn, madeDefinition, madeRun, madeStep, succeeded, triggeredMs } from "#test/made-run.ts";

const wait = madeStep({ name: "wait", type: "delay" });
const notify = madeStep({ name: "notify", type: "webhook" });
const lease = { untilMs: triggeredMs + 60_000, epoch: "e" };
const s = 1000;

describe("a run whose first step is a wait", () => {
  it("waits from the moment it is triggered, without a worker", () => {
    const definition = madeDefinition(wait, notify);
    const ready = { ok: true, config: { duration: { said: 2, seconds: 2 } } } as const;
    const run = begun(madeRun(), definition, ready, triggeredMs + 5);
    expect(run).toMatchObject({ status: "WAITING", wakeAtMs: triggeredMs + 5 + 2 * s, claims: 0, version: 1 });
  });

  it("is left to the worker when its configuration cannot be used, or it is no wait", () => {
    const run = madeRun();
    expect(begun(run, madeDefinition(wait), { ok: false, error: "no" }, triggeredMs)).toBe(run);
    const config = { url: "https://example.com", method: "POST", headers: {}, success_codes: ["2xx"] };
    expect(begun(run, madeDefinition(notify), { ok: true, config }, triggeredMs)).toBe(run);
  });
});

describe("proceed", () => {
  it("rests before the wait is over, and settles it once it is", () => {
    const definition = madeDefinition(wait, notify);
    const { run } = goOn(madeRun(), definition, triggeredMs);
    expect(run).toMatchObject({ status: "WAITING", step: 0, wakeAtMs: triggeredMs + 2 * s });
    expect(goOn(run, definition, triggeredMs + 2 * s - 1)).toEqual({ run, next: { kind: "rest" } });
    const later = goOn(run, definition, triggeredMs + 2 * s);
    expect(later.next).toMatchObject({ kind: "send", step: notify });
    expect(later.run).toMatchObject({ step: 1, attempt: 1, wakeAtMs: null, stepStartedAtMs: null });
    const output = { value: { type: "delay", duration: 2, message: "Delayed for 2 seconds" } };
    expect(later.run.journal.tail).toEqual([
      {
        sequence: 2,
        atMs: triggeredMs + 2 * s,
        type: "step_completed",
        step: "wait",
        attempt: 1,
        startedAtMs: triggeredMs,
        output,
      },
    ]);
  });

  it("goes through waits of no time at once, and completes a run without a step left", () => {
    const none = madeStep({ name: "none", type: "delay", config: { duration: 0 } });
    const definition = madeDefinition(none, { ...none, name: "none2" });
    const { run, next } = goOn(madeRun(), definition, triggeredMs);
    expect(next).toEqual({ kind: "rest" });
    expect(run).toMatchObject({ status: "SUCCESS", finishedAtMs: triggeredMs, step: 2, error: null });
    expect(run.journal.tail.map(({ type }) => type)).toEqual(["step_completed", "step_completed", "completed"]);
  });

  it("asks for the configuration of the step it comes to, and fails the step when it cannot be used", () => {
    const definition = madeDefinition(notify);
    expect(proceed(madeRun(), definition, null, triggeredMs).next).toEqual({ kind: "configure", step: notify });
    const prepared = { step: notify, ready: { ok: false, error: "config.url: names payload.x" } } as const;
    const { run } = proceed(madeRun(), definition, prepared, triggeredMs);
    expect(run).toMatchObject({
      status: "FAILED",
      error: "Step notify failed: config.url: names payload.x",
      finishedAtMs: triggeredMs,
    });
  });

  it("begins nothing for a run that is paused, and does not touch one that has ended", () => {
    const definition = madeDefinition(notify);
    for (const status of ["PAUSED", "SUCCESS", "FAILED", "CANCELLED"] as const) {
      const run = madeRun({ status });
      expect(goOn(run, definition, triggeredMs)).toEqual({ run, next: { kind: "rest" } });
    }
  });
});

describe("an attempt", () => {
  const definition = madeDefinition(notify, { ...notify, name: "second" });
  const held = claimed(madeRun(), lease, triggeredMs);

  it("is claimed under the next fence, and counts as a claim", () => {
    expect(held).toMatchObject({ status: "RUNNING", fence: 1, claims: 1, lease, stepStartedAtMs: triggeredMs });
  });

  it("that went well leads to the next step, whose request goes out under a new claim", () => {
    const after = goOn(succeeded(held, notify, triggeredMs + s), definition, triggeredMs + s);
    expect(after).toMatchObject({ next: { kind: "send" }, run: { step: 1, attempt: 1, lease: null, fence: 1 } });
  });

  it("that failed is repeated after its backoff, at most max_attempts times, and then fails the run", () => {
    const first = failed(held, notify, triggeredMs + s);
    expect(first).toMatchObject({ status: "WAITING", attempt: 2, step: 0, lease: null });
    expect(first.wakeAtMs).toBeGreaterThanOrEqual(triggeredMs + s + 500);
    expect(first.wakeAtMs).toBeLessThanOrEqual(triggeredMs + 2 * s);
    const second = failed(first, notify, triggeredMs + 3 * s);
    const third = failed(second, notify, triggeredMs + 9 * s);
    expect(third).toMatchObject({ status: "FAILED", error: "Step notify failed: answered 500", attempt: 3 });
    expect(third.journal.tail.map(({ type }) => type)).toEqual([
      "attempt_failed",
      "attempt_failed",
      "step_failed",
      "completed",
    ]);
  });

  it("that was asked to come back later does so no sooner", () => {
    expect(failed(held, notify, triggeredMs, 429, 30 * s).wakeAtMs).toBe(triggeredMs + 30 * s);
  });

  it("that failed for good goes on without the step where it may", () => {
    const lenient = { ...notify, onError: "continue" as const, retry: { ...notify.retry, maxAttempts: 1 } };
    const after = failed(held, lenient, triggeredMs);
    expect(after).toMatchObject({ step: 1, attempt: 1, status: "RUNNING", error: null });
    expect(after.journal.tail).toMatchObject([{ type: "step_failed", continued: true }]);
  });

  it("is told, and changes nothing else, when the run was cancelled meanwhile", () => {
    const cancelled = { ...held, status: "CANCELLED", finishedAtMs: triggeredMs + 1 } as const;
    const well = succeeded(cancelled, notify, triggeredMs + s);
    expect(well).toMatchObject({ status: "CANCELLED", finishedAtMs: triggeredMs + 1, journal: { count: 2 } });
    const badly = failed(cancelled, notify, triggeredMs + s);
    expect(badly).toMatchObject({ status: "CANCELLED", finishedAtMs: triggeredMs + 1, error: null });
  });

  it("leaves a run that was paused meanwhile paused", () => {
    const paused = { ...held, status: "PAUSED" } as const;
    expect(goOn(succeeded(paused, notify, triggeredMs), definition, triggeredMs)).toMatchObject({
      run: { status: "PAUSED", step: 1, lease: null },
      next: { kind: "rest" },
    });
    expect(failed(paused, notify, triggeredMs)).toMatchObject({ status: "PAUSED", attempt: 2, lease: null });
  });

  it("that went well without an output is a fault of the caller", () => {
    const attempt = { outcome: { ok: true, output: {} }, output: null, startedAtMs: 0, settledAtMs: 0 } as const;
    expect(() => settled(held, notify, attempt)).toThrow("has an output");
  });
});

describe("an error", () => {
  const definition = madeDefinition(notify, { ...notify, name: "second" });
  const held = claimed(madeRun(), lease, triggeredMs);
  const long = `\u0000${"\u{1F600}".repeat(100_000)}`;
  const outcome = { ok: false, error: long, cause: "network", retryAfterMs: null } as const;
  const attempt = { outcome, output: null, startedAtMs: triggeredMs, settledAtMs: triggeredMs };
  const lenient = { ...notify, onError: "continue" as const };

  it.each([
    ["of an attempt", settled(held, notify, attempt)],
    ["of a step", settled({ ...held, attempt: 3 }, notify, attempt)],
    ["of a step that is passed over", settled({ ...held, attempt: 3 }, lenient, attempt)],
    [
      "of a configuration",
      proceed(madeRun(), definition, { step: notify, ready: { ok: false, error: long } }, triggeredMs).run,
    ],
    ["of a run", failedRun(held, long, triggeredMs)],
  ])("%s is at most 1,000 characters of Unicode text, 3 bytes each", (_, run) => {
    const errors = [run.error, ...run.journal.tail.map((entry) => ("error" in entry ? entry.error : null))];
    for (const error of errors.filter((each) => each !== null)) {
      expect(error.length).toBeLessThanOrEqual(1_000);
      expect(error.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(JSON.stringify(error))).toBeLessThanOrEqual(3_002);
    }
    expect(errors.some((error) => error?.endsWith("..."))).toBe(true);
  });

  it("keeps its line breaks", () => {
    expect(failedRun(held, 'answered 500: {\n\t"a"\r\n}', triggeredMs).error).toBe('answered 500: {\n\t"a"\r\n}');
  });
});

describe("the ends of a run", () => {
  it("a run handed on waits for another worker", () => {
    expect(handedOn(claimed(madeRun(), lease, triggeredMs), triggeredMs)).toMatchObject({
      status: "PENDING",
      lease: null,
    });
  });

  it("a run that failed holds nothing and waits for nothing", () => {
    const run = failedRun(madeRun({ status: "WAITING", wakeAtMs: 5 }), "no", triggeredMs);
    expect(run).toMatchObject({ status: "FAILED", error: "no", lease: null, wakeAtMs: null });
  });

  it("claims are bounded by what the definition can need", () => {
    expect(claimsMax(madeDefinition(notify, wait))).toBe(10 + 2 * 6);
  });
});
