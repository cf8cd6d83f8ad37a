import { describe, expect, it } from "vitest";
import { lookAtRun, messageDelayMsMax, sweepAtMs, visitAfterMs } from "#domain/run-due.ts";
import { lookAt, messageMs } from "#domain/sweep-look.ts";
import { madeRun, triggeredMs } from "#test/made-run.ts";

const minuteMs = 60_000;
const now = triggeredMs + 60 * minuteMs;
const epoch = "e";

/** The seconds between the messages of something that nobody ever moves on, by a sweep a minute. */
function gaps(sinceMs: number, dueMs: number): number[] {
  const sent: number[] = [];
  let placeMs = dueMs;
  for (let nowMs = sinceMs; sent.length < 9; nowMs += minuteMs) {
    const look = lookAt({ dueMs: placeMs, isUnsent: false, sinceMs }, nowMs);
    if (look.kind !== "again") continue;
    sent.push(nowMs);
    placeMs = look.toMs;
  }
  return sent.slice(1).map((atMs, at) => (atMs - (sent[at] ?? 0)) / 1000);
}

describe("what is overdue", () => {
  it("is sent again after one minute, two, four, eight, and every fifteen from then on", () => {
    expect(gaps(now, now + messageMs)).toEqual([60, 120, 240, 480, 900, 900, 900, 900]);
  });

  it("is not sent before its message should have come", () => {
    expect(lookAt({ dueMs: now + 1, isUnsent: false, sinceMs: now }, now)).toEqual({ kind: "leave" });
  });
});

describe("a run at its place in the index", () => {
  const waiting = (wakeAtMs: number, updatedAtMs = triggeredMs) =>
    madeRun({ status: "WAITING", wakeAtMs, updatedAtMs });

  it("is sent ahead when its wait was too long for a message, and looked after a minute after its end", () => {
    const wakeAtMs = now + 70_000;
    const run = waiting(wakeAtMs);
    expect(sweepAtMs(run, triggeredMs)).toBe(wakeAtMs);
    expect(lookAtRun(run, wakeAtMs, epoch, now)).toEqual({ kind: "ahead", toMs: wakeAtMs + minuteMs });
    expect(lookAtRun(run, wakeAtMs + minuteMs, epoch, now)).toEqual({ kind: "leave" });
  });

  it("is sent ahead still when the sweep missed it", () => {
    const run = waiting(now - 3 * minuteMs);
    expect(lookAtRun(run, now - 3 * minuteMs, epoch, now)).toEqual({ kind: "ahead", toMs: now + minuteMs });
  });

  it("is left to its message when that bridges the wait", () => {
    const run = waiting(now + messageDelayMsMax, now);
    const placeMs = sweepAtMs(run, now) ?? 0;
    expect(placeMs).toBe(now + messageDelayMsMax + minuteMs);
    expect(lookAtRun(run, placeMs, epoch, placeMs - 1)).toEqual({ kind: "leave" });
    expect(lookAtRun(run, placeMs, epoch, placeMs)).toMatchObject({ kind: "again" });
  });

  it("is moved to the end of its wait when it stands before that, and nothing is sent", () => {
    const run = waiting(now + 5 * minuteMs, now);
    expect(lookAtRun(run, now - 1, epoch, now)).toEqual({ kind: "move", toMs: now + 6 * minuteMs });
  });

  it("is left to the worker that has it, for as long as its lease holds", () => {
    const run = madeRun({ status: "RUNNING", lease: { untilMs: now + 1, epoch }, updatedAtMs: now - minuteMs });
    expect(lookAtRun(run, now - 1, epoch, now)).toEqual({ kind: "leave" });
    expect(lookAtRun(run, now - 1, epoch, now + 1)).toMatchObject({ kind: "again" });
    expect(lookAtRun(run, now - 1, "another", now)).toMatchObject({ kind: "again" });
  });

  it("is left alone when it is paused or over by now", () => {
    for (const status of ["PAUSED", "SUCCESS", "FAILED", "CANCELLED"] as const)
      expect(lookAtRun(madeRun({ status }), now, epoch, now)).toEqual({ kind: "leave" });
  });

  it("is there from two minutes on, a minute before the sweep looks for it", () => {
    const run = madeRun();
    expect(sweepAtMs(run, triggeredMs + 2 * minuteMs - 1)).toBeNull();
    expect(sweepAtMs(run, triggeredMs + 2 * minuteMs)).toBe(triggeredMs + 3 * minuteMs);
    expect(visitAfterMs).toBe(3 * minuteMs);
  });
});
