import { describe, expect, it } from "vitest";
import { withinTime } from "#runtime/within-time.ts";

function deep(): number {
  return deep() + 1;
}

/** Keeps the thread without computing, as a machine does that is busy with other things. */
function waitIdly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

describe("work within a time", () => {
  it("gives its result, whatever that is", () => {
    for (const result of [1, null, undefined, { a: [] }]) expect(withinTime(1_000, () => result)).toEqual({ result });
  });

  it("is broken off in the middle of a regular expression that would take for ever", () => {
    expect(withinTime(50, () => /^(a+)+$/.test(`${"a".repeat(60)}!`))).toBeNull();
  });

  it("is broken off in a loop that would take for ever, and cannot catch that", () => {
    const endless = () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    };
    expect(withinTime(50, endless)).toBeNull();
  });

  it("is begun anew where it only waited, so that a busy machine breaks nothing off", () => {
    let begun = 0;
    const work = () => {
      begun += 1;
      if (begun < 3) waitIdly();
      return "done";
    };
    expect(withinTime(20, work)).toEqual({ result: "done" });
    expect(begun).toBe(3);
  });

  it("is service_unavailable where it waits again and again: nothing is known of it", () => {
    expect(() => withinTime(10, waitIdly)).toThrow(expect.objectContaining({ code: "service_unavailable" }));
  });

  it("is broken off where it goes too deep for the stack", () => {
    expect(withinTime(1_000, deep)).toBeNull();
  });

  it("throws what it throws", () => {
    const error = new TypeError("broken");
    const broken = () => {
      throw error;
    };
    expect(() => withinTime(1_000, broken)).toThrow(error);
  });

  it("goes well after work that was broken off", () => {
    withinTime(20, () => /^(a+)+$/.test(`${"a".repeat(60)}!`));
    expect(withinTime(1_000, () => 7)).toEqual({ result: 7 });
  });
});
