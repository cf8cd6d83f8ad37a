import { describe, expect, it } from "vitest";
import { assertMove, type Moves } from "#domain/moves.ts";

const moves: Moves<"open" | "busy" | "done"> = { open: ["busy", "done"], busy: ["busy", "done"], done: [] };

describe("assertMove", () => {
  it.each([
    ["open", "busy"],
    ["open", "done"],
    ["busy", "busy"],
  ] as const)("lets %s go to %s, as the table says", (from, to) => {
    expect(() => assertMove(moves, from, to, "no")).not.toThrow();
  });

  it.each([
    ["open", "open"],
    ["busy", "open"],
    ["done", "open"],
    ["done", "done"],
  ] as const)("409 state_conflict from %s to %s, in the words of its caller", (from, to) => {
    expect(() => assertMove(moves, from, to, "Not from here")).toThrow(
      expect.objectContaining({ code: "state_conflict", message: "Not from here" }),
    );
  });
});
