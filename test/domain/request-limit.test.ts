import { describe, expect, it } from "vitest";
import { leaseSize, retryAfterSeconds, windowEndMs, windowOf } from "#domain/request-limit.ts";

describe("a window", () => {
  it("is a UTC minute", () => {
    const atMs = Date.UTC(2026, 10, 21, 9, 30, 17);
    expect(windowEndMs(windowOf(atMs))).toBe(Date.UTC(2026, 10, 21, 9, 31));
    expect(windowOf(Date.UTC(2026, 10, 21, 9, 31))).toBe(windowOf(atMs) + 1);
  });

  it.each([
    [0, 60],
    [1, 60],
    [20_000, 40],
    [59_001, 1],
    [59_999, 1],
    [61_000, 1], // by a clock that is behind
  ])("%i ms after its start it is tried again after %i s", (nowMs, seconds) => {
    expect(retryAfterSeconds(0, nowMs)).toBe(seconds);
  });
});

describe("the requests a process takes at once", () => {
  it.each([
    [1, 1, 1],
    [50, 50, 1],
    [100, 100, 2],
    [6_000, 6_000, 120],
    [6_000, 600, 60],
    [6_000, 19, 1],
    [6_000, 0, 1],
  ])("of a limit of %i with %i left are %i", (limit, left, requests) => {
    expect(leaseSize(limit, left)).toBe(requests);
  });

  it("are few leases for a window that is used up by one process", () => {
    let [left, leases] = [6_000, 0];
    for (; left > 0; leases++) left -= leaseSize(6_000, left);
    expect(left).toBe(0);
    expect(leases).toBeLessThan(110);
  });
});
