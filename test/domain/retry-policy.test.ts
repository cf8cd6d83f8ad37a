import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "#domain/retry-policy.ts";

const policy = { maxAttempts: 20, backoffSeconds: 1, jitter: false, retryOn: null } as const;
const wait = (changes: object, attempt = 1, share = 0.5, retryAfterMs: number | null = null) =>
  backoffMs({ ...policy, ...changes }, attempt, share, retryAfterMs);

describe("the wait before another attempt", () => {
  it.each([
    [{ backoffSeconds: 1 }, [1_000, 2_000, 4_000, 8_000]],
    [{ backoffSeconds: 0.25 }, [250, 500, 1_000, 2_000]],
    [{ backoffSeconds: 2_000 }, [2_000_000, 3_600_000, 3_600_000, 3_600_000]],
    [{ backoffSeconds: [5, 60] }, [5_000, 60_000, 60_000, 60_000]],
    [{ backoffSeconds: 0 }, [0, 0, 0, 0]],
  ])("of %j is %j", (changes, waits) => {
    expect([1, 2, 3, 4].map((attempt) => wait(changes, attempt))).toEqual(waits);
  });

  it("is shortened by chance to whole seconds, by half at most, so that a herd comes apart from the second retry on", () => {
    const waits = (seconds: number) =>
      new Set([0, 0.2, 0.4, 0.6, 0.8, 0.999].map((share) => wait({ backoffSeconds: seconds, jitter: true }, 1, share)));
    expect(waits(1)).toEqual(new Set([1_000]));
    expect(waits(2)).toEqual(new Set([1_000, 2_000]));
    expect(waits(4)).toEqual(new Set([2_000, 3_000, 4_000]));
    const anySeconds = fc.double({ min: 0, max: 86_400, noNaN: true });
    fc.assert(
      fc.property(anySeconds, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, share) => {
        const ms = wait({ backoffSeconds: [seconds], jitter: true }, 1, share);
        expect(ms).toBeGreaterThanOrEqual(Math.round(seconds * 500));
        expect(ms).toBeLessThanOrEqual(Math.round(seconds * 1_000));
      }),
    );
  });

  it("is as long as the other side asked for, where that is longer", () => {
    expect(wait({}, 1, 0.5, 7_000)).toBe(7_000);
    expect(wait({ backoffSeconds: 10 }, 1, 0.5, 7_000)).toBe(10_000);
  });
});
