import { describe, expect, it } from "vitest";
import {
  type AttemptOutcome,
  abandoned,
  attempted,
  type Delivery,
  deliveryMessageMs,
  deliverySweepAtMs,
  deliveryTriesMax,
  newDelivery,
  outcomeOf,
  sentAnew,
} from "#domain/delivery.ts";
import type { HttpResult } from "#domain/http-exchange.ts";
import { uuid7 } from "#domain/uuid7.ts";

const now = Date.parse("2026-11-21T09:00:00Z");
const made = (random = 7): Delivery =>
  newDelivery(
    {
      id: uuid7(now, new Uint8Array(10).fill(random), 1),
      subscriptionId: "s",
      eventId: "run_1",
      eventType: "workflow.trigger",
      body: "{}",
    },
    now,
  );
const refused: AttemptOutcome = { kind: "failed", status: 503, error: "answered 503", retryAfterMs: null };
const attempt = (delivery: Delivery, outcome: AttemptOutcome, atMs: number) =>
  attempted(delivery, outcome, { startedAtMs: atMs - 5, nowMs: atMs });

/** Attempts a delivery at its times until there is none left. */
function refusedToTheEnd(delivery: Delivery): { last: Delivery; waitsSeconds: number[] } {
  const waitsSeconds: number[] = [];
  let current = delivery;
  while (current.nextAttemptAtMs !== null) {
    const atMs = current.nextAttemptAtMs;
    current = attempt(current, refused, atMs);
    if (current.nextAttemptAtMs !== null) waitsSeconds.push((current.nextAttemptAtMs - atMs) / 1_000);
  }
  return { last: current, waitsSeconds };
}

describe("outcomeOf", () => {
  const response = (status: number, headers = {}): HttpResult => ({
    kind: "response",
    status,
    headers,
    body: "",
    truncated: false,
  });
  const told = (result: HttpResult) => outcomeOf(result, now);

  it.each([
    ["90", 90_000],
    ["0", 0],
    [new Date(now + 3_600_000).toUTCString(), 3_600_000],
    [new Date(now - 3_600_000).toUTCString(), 0],
    ["99999999999", 86_400_000],
    ["soon", null],
    ["-5x", null],
  ])("of a 503 with Retry-After %s waits so long", (text, retryAfterMs) =>
    expect(told(response(503, { "retry-after": text }))).toMatchObject({ kind: "failed", retryAfterMs }),
  );
  it.each([200, 201, 204, 299])("%i takes the delivery", (status) =>
    expect(told(response(status))).toEqual({ kind: "taken", status, error: null, retryAfterMs: null }),
  );
  it.each([199, 301, 304, 400, 404, 429, 500, 503])("%i is worth another attempt", (status) =>
    expect(told(response(status))).toMatchObject({ kind: "failed", status, error: `answered ${status}` }),
  );
  it("410 and a forbidden address are not", () => {
    expect(told(response(410))).toMatchObject({ kind: "hopeless", status: 410 });
    expect(told({ kind: "refused", reason: "the URL ..." })).toEqual({
      kind: "hopeless",
      status: null,
      error: "the URL ...",
      retryAfterMs: null,
    });
  });
  it("no answer is worth another attempt", () => {
    expect(told({ kind: "timeout", afterMs: 10_000 })).toMatchObject({
      kind: "failed",
      error: "no answer within 10 seconds",
    });
    expect(told({ kind: "network", reason: "connection refused" })).toMatchObject({
      kind: "failed",
      status: null,
    });
  });
});

describe("a delivery", () => {
  it("is left alone for as long as its receiver asks, and never less than the schedule", () => {
    const waitMs = (retryAfterMs: number) =>
      (attempt(made(), { ...refused, retryAfterMs }, now).nextAttemptAtMs ?? 0) - now;
    expect(waitMs(120_000)).toBeGreaterThanOrEqual(120_000);
    expect(waitMs(120_000)).toBeLessThan(121_000);
    expect(waitMs(0)).toBeGreaterThanOrEqual(5_000);
    expect(waitMs(0)).toBeLessThan(6_000);
  });

  it("waits by the schedule of Standard Webhooks, up to a tenth longer, and fails after its last attempt", () => {
    const { last, waitsSeconds } = refusedToTheEnd(made());
    const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    expect(waitsSeconds).toHaveLength(deliveryTriesMax - 1);
    for (const [at, seconds] of schedule.entries()) {
      expect(waitsSeconds[at]).toBeGreaterThanOrEqual(seconds);
      expect(waitsSeconds[at]).toBeLessThanOrEqual(seconds * 1.1);
    }
    expect(last).toMatchObject({ status: "failed", attempts: 10, tries: 10, error: "answered 503", version: 11 });
  });

  it("waits differently from another that failed with it, and always the same itself", () => {
    expect(refusedToTheEnd(made(1)).waitsSeconds).not.toEqual(refusedToTheEnd(made(2)).waitsSeconds);
    expect(refusedToTheEnd(made(1)).waitsSeconds).toEqual(refusedToTheEnd(made(1)).waitsSeconds);
  });

  it("that is taken is delivered, whatever went before", () => {
    const once = attempt(made(), refused, now);
    const taken = attempt(once, { kind: "taken", status: 204, error: null, retryAfterMs: null }, now + 5_000);
    expect(taken).toMatchObject({ status: "delivered", attempts: 2, error: null, nextAttemptAtMs: null });
    expect(taken.log).toEqual([
      { atMs: now - 5, durationMs: 5, status: 503, error: "answered 503" },
      { atMs: now + 4_995, durationMs: 5, status: 204, error: null },
    ]);
  });

  it("that is hopeless fails at once", () => {
    const gone = attempt(made(), { kind: "hopeless", status: 410, error: "answered 410", retryAfterMs: null }, now);
    expect(gone).toMatchObject({ status: "failed", attempts: 1, error: "answered 410", nextAttemptAtMs: null });
  });

  it("that is given up has made no attempt by it", () => {
    expect(abandoned(made(), "deleted", now)).toMatchObject({
      status: "failed",
      attempts: 0,
      log: [],
      error: "deleted",
    });
  });

  it("sent anew is due at once with the whole schedule before it; its log goes on, and keeps the newest twenty", () => {
    let current = made();
    for (let turn = 0; turn < 3; turn++) current = refusedToTheEnd(sentAnew(current, now)).last;
    expect(sentAnew(current, now)).toMatchObject({ status: "pending", tries: 0, attempts: 30, error: null });
    expect(sentAnew(current, now).nextAttemptAtMs).toBe(now);
    expect(current.log).toHaveLength(20);
  });

  it("is looked after by the sweep when its message should have come, after a long wait when that ends, else never", () => {
    expect(deliverySweepAtMs(made(), now)).toBe(now + deliveryMessageMs);
    const [short, long] = [
      { ...made(), nextAttemptAtMs: now + 900_000 },
      { ...made(), nextAttemptAtMs: now + 900_001 },
    ];
    expect(deliverySweepAtMs(short, now)).toBe(now + 900_000 + deliveryMessageMs);
    expect(deliverySweepAtMs(long, now)).toBe(now + 900_001);
    expect(deliverySweepAtMs(abandoned(made(), "no", now), now)).toBeNull();
  });
});
