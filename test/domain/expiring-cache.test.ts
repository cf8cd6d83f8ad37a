import { describe, expect, it } from "vitest";
import { ExpiringCache } from "#domain/expiring-cache.ts";

describe("an expiring cache", () => {
  it("gives what was put in less than its time ago", () => {
    const cache = new ExpiringCache<string>({ maxAgeMs: 100, entriesMax: 2 });
    cache.set("a", "value", 1_000);
    expect([cache.get("a", 1_099), cache.get("a", 1_100), cache.get("b", 1_000)]).toEqual([
      "value",
      undefined,
      undefined,
    ]);
    cache.delete("a");
    expect(cache.get("a", 1_000)).toBeUndefined();
  });

  it("never holds more than it may, and forgets the oldest first", () => {
    const cache = new ExpiringCache<number>({ maxAgeMs: 100, entriesMax: 2 });
    cache.set("a", 1, 0);
    cache.set("b", 2, 0);
    cache.set("a", 3, 0);
    cache.set("c", 4, 0);
    expect(["a", "b", "c"].map((key) => cache.get(key, 0))).toEqual([3, undefined, 4]);
  });
});
