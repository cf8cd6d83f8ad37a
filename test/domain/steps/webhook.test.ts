import { describe, expect, it } from "vitest";
import { jsonDepthMax } from "#domain/json-depth.ts";
import { webhook } from "#domain/steps/webhook.ts";

const config = webhook.config.parse({ url: "https://a.example/" });

/** What a webhook makes of an answer of 200 with a body. */
function taken(body: string, truncated = false): unknown {
  const result = { kind: "response", status: 200, headers: {}, body, truncated } as const;
  const outcome = webhook.settle(config, { kind: "http", result }, 0);
  return outcome.ok ? outcome.output.response_data : outcome.error;
}

describe("the answer to a webhook", () => {
  it.each([
    ['{"a": [1, "b", null]}', { a: [1, "b", null] }],
    ["", ""],
    ["ok", "ok"],
    ["[1", "[1"],
  ])("is taken as JSON where it is JSON, and else as its text: %s", (body, expected) => {
    expect(taken(body)).toEqual(expected);
  });

  it("is taken as its text where it is nested too deep", () => {
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(JSON.stringify(taken(nest(jsonDepthMax)))).toBe(nest(jsonDepthMax));
    for (const depth of [jsonDepthMax + 1, 5_000, 32_000]) expect(taken(nest(depth))).toBe(nest(depth));
  });

  it("keeps numbers that JavaScript would alter as texts with their digits, and all others as numbers", () => {
    const body =
      '{"id": 9007199254740993, "x": 1e400, "y": [-12345678901234567890.5, 1e-400], "z": [9007199254740991, 0.1, -0, 1E2]}';
    expect(taken(body)).toEqual({
      id: "9007199254740993",
      x: "1e400",
      y: ["-12345678901234567890.5", "1e-400"],
      z: [9007199254740991, 0.1, -0, 100],
    });
    expect(taken("9007199254740993")).toBe("9007199254740993");
    expect(taken('["9007199254740993", 1e20]')).toEqual(["9007199254740993", 1e20]);
  });
});
