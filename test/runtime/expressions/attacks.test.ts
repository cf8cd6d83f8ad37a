import { describe, expect, it } from "vitest";
import { evaluate } from "#runtime/expressions/evaluate.ts";
import { runExpression } from "#runtime/expressions/run-expression.ts";
import { type Attack, attackData, attacks, dataAttacks } from "./attacks.ts";

const corpus = Object.entries(attacks).flatMap(([kind, expressions]) =>
  expressions.map((each) => named(kind, typeof each === "string" ? { expression: each } : each)),
);

/** An attack with what a test's name can show of it. */
function named(kind: string, attack: Attack): [string, string, Attack] {
  return [kind, attack.expression.slice(0, 60).toWellFormed(), attack];
}

describe("every attack is refused, and the next expression is answered", () => {
  it.each([...corpus, ...dataAttacks.map((attack) => named("data that is none", attack))])(
    "%s: %s",
    async (_, __, { expression, data = attackData }) => {
      const outcome = await evaluate(expression, data as Record<string, unknown>);
      expect(outcome).toEqual({ ok: false, reason: expect.any(String) });
      if (!outcome.ok) expect(outcome.reason.length).toBeLessThan(2_000);
      expect(await evaluate("$count(items) + 1", { items: [1, 2] })).toMatchObject({ ok: true, value: 3 });
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it("and there are enough of them", () => {
    expect(corpus.length).toBeGreaterThanOrEqual(100);
  });
});

describe("no attack needs the time limit: what it costs stops it first, the same every time", () => {
  it.each(corpus)("%s: %s", async (_, __, { expression, data = attackData }) => {
    const input = JSON.stringify(data);
    const first = await runExpression(expression, input);
    expect(first.ok).toBe(false);
    expect(await runExpression(expression, input)).toEqual(first);
  });
});
