import { describe, expect, it } from "vitest";
import { evaluateConditions } from "#runtime/expressions/evaluate-conditions.ts";
import { inputText } from "#runtime/expressions/input-text.ts";
import { limits } from "#runtime/expressions/limits.ts";
import { runConditions } from "#runtime/expressions/run-conditions.ts";
import { attackData, attacks } from "./attacks.ts";

const items = Array.from({ length: 9_000 }, (_, index) => ({ p: index % 7, q: index % 5 }));
const data = { items, amount: 5, nested: [[1, 2]] };
const costly = (index: number) => `$count(data.items[p > ${index}][q>3]^(p)) > 3`;

/** What conditions over data come to, in this thread, by their order. */
async function outcomesOf(
  expressions: readonly string[],
  given: unknown = data,
  costMax: number = limits.guardsCostMax,
) {
  const conditions = expressions.map((expression) => ({ expression, names: ["data"] }));
  return await runConditions({ conditions, inputs: { data: inputText(given) }, costMax });
}

const kindsOf = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

describe("conditions together", () => {
  it("come to what each gives, and one that stands there twice is evaluated once", async () => {
    const scope = { data: { a: 1, list: [1] }, instance: { version: 1 } };
    const asked = ["data.a = 1", "data.a = instance.version", "data.a > 1", "data.list", "data.b", "data.a = 1", "1 +"];
    expect([...(await evaluateConditions(asked, scope, limits.guardsCostMax))]).toEqual([
      ["data.a = 1", { kind: "met" }],
      ["data.a = instance.version", { kind: "met" }],
      ["data.a > 1", { kind: "unmet", gave: "false" }],
      ["data.list", { kind: "unmet", gave: "an array" }],
      ["data.b", { kind: "failed", reason: expect.stringContaining("gives nothing") }],
      ["1 +", { kind: "failed", reason: expect.stringContaining("is no JSONata expression") }],
    ]);
    expect(await evaluateConditions([], scope, limits.guardsCostMax)).toEqual(new Map());
  });

  it("fail alone where a member of the scope may not be read", async () => {
    const scope = { data: { _jsonata_lambda: true }, input: { a: 1 } };
    const outcomes = await evaluateConditions(["data.a = 1", "input.a = 1"], scope, limits.guardsCostMax);
    expect([...outcomes.values()]).toEqual([
      { kind: "failed", reason: expect.stringContaining("_jsonata_lambda") },
      { kind: "met" },
    ]);
  });

  it("cannot tell what was evaluated before them", async () => {
    const marking = ["data.nested[0][] = 1", "data.items[] = 1", "$count(data.nested[]) = 1", "[data.nested][] = 1"];
    const asked = ["$count(data.nested.*) = 2", "$count(data.items) = 9000", "$string(data.nested) = '[[1,2]]'"];
    expect((await outcomesOf([...marking, ...asked])).slice(marking.length)).toEqual(await outcomesOf(asked));
    expect(kindsOf(await outcomesOf(asked))).toEqual(["met", "met", "met"]);
  });
});

describe("what conditions share of cost", () => {
  it("goes to the first as if it were alone, and leaves out what does not fit in, the same every time", async () => {
    const asked = Array.from({ length: 20 }, (_, index) => costly(index));
    const outcomes = await outcomesOf(asked);
    const [alone] = await outcomesOf(asked.slice(0, 1));
    expect(alone).toEqual({ kind: "failed", reason: "is stopped: it does more than one expression may" });
    expect(outcomes[0]).toEqual(alone);
    expect(outcomes.slice(1)).toEqual(Array(19).fill({ kind: "left_out" }));
    expect(await outcomesOf(asked)).toEqual(outcomes);
  });

  it("grows with what they may cost together", async () => {
    const asked = Array.from({ length: 20 }, (_, index) => `$count(data.items[p > ${index}]) > 3`);
    const answered = async (costMax: number) =>
      kindsOf(await outcomesOf(asked, data, costMax)).filter((kind) => kind !== "left_out").length;
    const [few, more] = [await answered(limits.guardsCostMax), await answered(limits.timedGuardsCostMax)];
    expect(few).toBeGreaterThan(0);
    expect(more).toBeGreaterThan(few);
    expect(more).toBeLessThan(20);
  });

  it("has room for 500 that loop over nothing, however much data there is, and whatever stands before them", async () => {
    const cheap = Array.from({ length: 499 }, (_, index) => `data.amount < 5 or data.amount = ${index}`);
    const outcomes = await outcomesOf([costly(0), ...cheap]);
    expect(outcomes.slice(1)).toEqual(
      cheap.map((_, index) => (index === 5 ? { kind: "met" } : { kind: "unmet", gave: "false" })),
    );
  });

  it("has room for what costs little behind 498 that cost much", async () => {
    const outcomes = await outcomesOf([...Array.from({ length: 498 }, (_, index) => costly(index)), "data.amount = 5"]);
    expect(outcomes.at(-1)).toEqual({ kind: "met" });
  });

  it.each<[string, unknown, string]>([
    ["a copy of their own", data, "data.items[] = "],
    ["failing late", { items: [Array.from({ length: 60_000 }, () => ({}))] }, "data.*["],
  ])("is spent by %s too", async (_, given, start) => {
    const asked = Array.from({ length: 300 }, (__, index) => `${start}${index}${start.endsWith("[") ? "]" : ""}`);
    expect(kindsOf(await outcomesOf(asked, given)).at(-1)).toBe("left_out");
  });
});

describe("no attack is a condition that is met", () => {
  const corpus = Object.values(attacks).flatMap((list) => list.map((each) => (typeof each === "string" ? each : "")));

  it.each(corpus.filter((expression) => expression !== "" && expression.length <= 1_000))("%s", async (expression) => {
    const names = Object.keys(attackData).filter((name) => expression.includes(name));
    const inputs = Object.fromEntries(Object.entries(attackData).map(([name, value]) => [name, inputText(value)]));
    const [outcome] = await runConditions({
      conditions: [{ expression, names }],
      inputs,
      costMax: limits.guardsCostMax,
    });
    expect(["failed", "unmet"]).toContain(outcome?.kind);
    expect(JSON.stringify(outcome)).not.toMatch(/extensible|read.only/); // it reads what is frozen, and writes nothing
  });
});
