import { expect, it } from "vitest";
import { noteFailure } from "#runtime/note-failure.ts";

const ofAws = Object.assign(new Error("throttled"), { $metadata: { attempts: 4 } });
const own = new Error("cannot be read");

it("of two reasons that one is kept which may pass, in whatever order they come", () => {
  for (const [first, second, kept] of [
    [own, ofAws, ofAws],
    [ofAws, own, ofAws],
  ] as const) {
    const failures = new Map<string, unknown>();
    noteFailure(failures, "change", first);
    noteFailure(failures, "change", second);
    expect(failures.get("change")).toBe(kept);
  }
});
