import { describe, expect, it } from "vitest";
import { type ConditionOutcome, guardVerdictOf, outcomeOf } from "#domain/guard-verdict.ts";

const action = { id: "go", guard: "data.x" };

describe("a guard is met by true alone, and says what it gave else", () => {
  it("true", () => {
    expect(guardVerdictOf(action, outcomeOf(true))).toEqual({ met: true });
  });

  it("false", () => {
    const message = "The guard of action go is not met: data.x";
    expect(guardVerdictOf(action, outcomeOf(false))).toEqual({ met: false, message });
  });

  it.each<[unknown, string]>([
    [[1], "an array"],
    [{ a: 1 }, "an object"],
    ["true", "a text"],
    [1, "a number"],
    [null, "null"],
  ])("%j: %s", (value, kind) => {
    const message = `The guard of action go is not met, since it gives ${kind}, which is not true: data.x`;
    expect(guardVerdictOf(action, outcomeOf(value))).toEqual({ met: false, message });
  });

  it.each<[ConditionOutcome, string]>([
    [{ kind: "failed", reason: "fails: why" }, "gives no answer: it fails: why."],
    [{ kind: "left_out" }, "was not evaluated: together with the guards before it, it costs too much. Executing the"],
  ])("%j", (outcome, message) => {
    expect(guardVerdictOf(action, outcome)).toEqual({ met: false, message: expect.stringContaining(message) });
  });
});
