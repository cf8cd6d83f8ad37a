import { describe, expect, it } from "vitest";
import { CostMeter, type MeteredNode } from "#runtime/expressions/cost-meter.ts";
import { limits } from "#runtime/expressions/limits.ts";
import { runExpression } from "#runtime/expressions/run-expression.ts";

const path: MeteredNode = { type: "path" };
const zeros = (length: number) => Array<number>(length).fill(0);

/** What it costs that a node gives a result in a context, after all of them were seen before. */
function costOf(node: MeteredNode, context: unknown, result: unknown, operands: ReadonlySet<unknown> = new Set()) {
  const meter = new CostMeter(operands, 0);
  meter.leave(path, null, [context, result]);
  const before = meter.cost;
  meter.leave(node, context, result);
  return meter.cost - before;
}

describe("what is seen again costs", () => {
  it.each<[string, MeteredNode, unknown, unknown, number]>([
    ["a number: little", path, {}, 1, 1],
    ["a text: its length", path, {}, "x".repeat(500), 501],
    ["an array: its length", path, {}, zeros(500), 501],
    ["an object that is there: little", path, {}, { a: zeros(500) }, 1],
    ["a name in an object: little", { type: "name" }, { a: zeros(500) }, 1, 1],
    ["a name in an array: all that is in there", { type: "name" }, [zeros(500)], undefined, 503],
    ["a wildcard: all that is in there", { type: "wildcard" }, { a: zeros(500) }, undefined, 505],
    [
      "a wildcard: more than linear in what it gives",
      { type: "wildcard" },
      {},
      zeros(800),
      801 + 1 + Math.ceil(801 ** 2 / 64),
    ],
    ["a function without arguments: all of its context", { type: "function", arguments: [] }, [zeros(500)], 1, 503],
    ["a function on a text: its length", { type: "function", arguments: [1] }, "x".repeat(500), 1, 502],
    ["a function with arguments: little", { type: "function", arguments: [1] }, [zeros(500)], 1, 1],
  ])("%s", (_, node, context, result, cost) => {
    expect(costOf(node, context, result)).toBe(cost);
  });

  it("all that is in it, where it is an operand", () => {
    expect(costOf(path, {}, [zeros(500)], new Set([path]))).toBe(502);
  });
});

it("what is new costs what it holds: members of objects more than items of arrays", () => {
  const meter = new CostMeter(new Set(), 1_000);
  expect(meter.cost).toBe(1_000);
  meter.leave(path, null, [zeros(100)]);
  expect(meter.cost).toBe(1_000 + 1 + 100 + 2);
  meter.leave(path, null, Object.fromEntries(zeros(100).map((_, index) => [`k${index}`, 0])));
  expect(meter.cost).toBe(1_000 + 1 + 100 + 2 + 800 + 1);
});

it("steps are counted to the limit, and not one more", () => {
  const meter = new CostMeter(new Set(), 0);
  for (let step = 0; step < limits.costMax / limits.stepCost; step++) meter.enter();
  expect(meter.cost).toBe(limits.costMax);
  expect(() => meter.enter()).toThrow("does more than one expression may");
});

it("a value that holds one value many times is as large as its text would be", () => {
  const meter = new CostMeter(new Set(), 0);
  let value: unknown = "x";
  expect(() => {
    for (let times = 0; times < 40; times++) {
      value = { a: value, b: value };
      meter.leave(path, null, value);
    }
  }).toThrow("makes a value that is too large");
});

describe("what is read whole costs all that is in it, however it is read", () => {
  const input = JSON.stringify({ n: [zeros(5_000)] });
  const cost = async (expression: string) => {
    const outcome = await runExpression(expression, input);
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.cost;
  };

  it.each([
    "n and 1",
    "1 and n",
    "n or 1",
    "n ? 1 : 2",
    "n ?: 1",
    "'a'[$$.n] ?? 1",
    "[n, 1][$$.n] ?? 1",
    "n = 1",
    "1 != n",
    "n & ''",
    "$not(n)",
    "n ~> $not",
  ])("%s", async (expression) => {
    expect(await cost(expression)).toBeGreaterThan((await cost("(n; 1)")) + 4_000);
  });
});
