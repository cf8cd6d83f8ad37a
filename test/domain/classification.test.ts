import { describe, expect, it } from "vitest";
import { type ClassificationRules, classificationRulesSchema, classify } from "#domain/classification.ts";
import defaultRules from "#domain/classification-rules.json" with { type: "json" };

const rules = classificationRulesSchema.parse(defaultRules);

const high = { ok: true, rule: "order_high_value", classification: "high_value", score: "0.95" };
const low = { ok: true, rule: "order_low_value", classification: "low_value", score: "0.50" };
const standard = { ok: true, rule: "standard", classification: "standard", score: "0.10" };

describe("the default rule set", () => {
  it.each([
    ["an order of 99.99", "order", { amount: 99.99 }, high],
    ["an order of 50 exactly", "order", { amount: 50 }, high],
    ["an order of 49.99", "order", { amount: 49.99 }, low],
    ["an order of nothing", "order", { amount: 0 }, low],
    ["a refund", "order", { amount: -50 }, low],
    ["an order without an amount", "order", { order_id: "12345" }, standard],
    ["an empty order", "order", {}, standard],
    ["an order whose amount is elsewhere", "order", { order: { amount: 99.99 } }, standard],
    ["another category, whatever its amount", "refund", { amount: 99.99 }, standard],
    ["another category with an amount that is no number", "refund", { amount: "99.99" }, standard],
    ["a category in another case", "Order", { amount: 99.99 }, standard],
  ])("classes %s", (_, category, payload, outcome) => {
    expect(classify(rules, category, payload)).toEqual(outcome);
  });

  it.each([
    ["99.99", "a string"],
    ["", "a string"],
    [null, "null"],
    [true, "a boolean"],
    [[99.99], "an array"],
    [{ value: 99.99 }, "an object"],
  ])("cannot read an order whose amount is %j, and names path, rule and kind", (amount, kind) => {
    const error = `payload.amount must be a number for rule order_high_value, and is ${kind}.`;
    expect(classify(rules, "order", { amount })).toEqual({ ok: false, error });
  });
});

describe("a replaced rule set", () => {
  const outcome = { classification: "seen", score: "1" };
  const otherwise = { name: "rest", classification: "rest", score: "0" };
  const setOf = (...given: unknown[]): ClassificationRules =>
    classificationRulesSchema.parse({ rules: given, otherwise });
  const ruleFor = (set: ClassificationRules, payload: Record<string, unknown>, category = "any") => {
    const classified = classify(set, category, payload);
    return classified.ok ? classified.rule : classified.error;
  };

  it("decides by the first rule that applies", () => {
    const set = setOf(
      { name: "big", number: { path: "n", at_least: 10 }, ...outcome },
      { name: "positive", number: { path: "n", at_least: 0 }, ...outcome },
      { name: "alert", category: "alert", ...outcome },
    );
    expect([10, 9, -1].map((n) => ruleFor(set, { n }))).toEqual(["big", "positive", "rest"]);
    expect(ruleFor(set, {}, "alert")).toBe("alert");
  });

  it("with no rules classes everything as otherwise", () => {
    expect(ruleFor(setOf(), { amount: "x" }, "order")).toBe("rest");
  });

  it("without bounds asks only for a number", () => {
    const set = setOf({ name: "measured", number: { path: "a.b-c.0" }, ...outcome });
    expect(ruleFor(set, { a: { "b-c": { 0: -1e308 } } })).toBe("measured");
    expect(ruleFor(set, { a: { "b-c": "deep" } })).toBe("rest");
    expect(ruleFor(set, { a: { "b-c": { 0: "1" } } })).toBe(
      "payload.a.b-c.0 must be a number for rule measured, and is a string.",
    );
  });

  it.each(["constructor", "toString", "__proto__", "hasOwnProperty.length", "constructor.length", "text.length"])(
    "reads own members alone: %s of a payload that lacks it is missing",
    (path) => {
      const set = setOf({ name: "reached", number: { path }, ...outcome });
      expect(ruleFor(set, {})).toBe("rest");
      expect(ruleFor(set, Object.create({ constructor: 1, toString: 1 }) as Record<string, unknown>)).toBe("rest");
    },
  );

  it("does not look into texts and arrays' lengths as if they were payload", () => {
    const set = setOf({ name: "reached", number: { path: "text.length" }, ...outcome });
    expect(ruleFor(set, { text: "four" })).toBe("rest");
  });

  const rule = { name: "r", ...outcome };
  it.each([
    ["two rules of one name", { rules: [rule, rule], otherwise }, "rule names must be unique"],
    ["an unknown member of a rule", { rules: [{ ...rule, colour: "red" }], otherwise }, "colour"],
    ["an unknown member of a number", { rules: [{ ...rule, number: { path: "n", above: 1 } }], otherwise }, "above"],
    ["an unknown member of the set", { rules: [], otherwise, default: 1 }, "default"],
    ["no otherwise", { rules: [] }, "otherwise"],
    ["a score over 1", { rules: [{ ...rule, score: "1.5" }], otherwise }, "score"],
    ["a score below 0", { rules: [{ ...rule, score: "-0.1" }], otherwise }, "score"],
    ["a score that is a number", { rules: [{ ...rule, score: 0.95 }], otherwise }, "score"],
    ["a score in words", { rules: [{ ...rule, score: "high" }], otherwise }, "score"],
    ["a score with a bare point", { rules: [{ ...rule, score: "1." }], otherwise }, "score"],
    ["an empty class", { rules: [{ ...rule, classification: "" }], otherwise }, "classification"],
    ["a nameless rule", { rules: [{ ...rule, name: "" }], otherwise }, "name"],
    ["an empty path", { rules: [{ ...rule, number: { path: "" } }], otherwise }, "path"],
    ["a path with an empty part", { rules: [{ ...rule, number: { path: "a..b" } }], otherwise }, "path"],
    ["a bound that is a text", { rules: [{ ...rule, number: { path: "n", below: "5" } }], otherwise }, "below"],
    ["201 rules", { rules: Array.from({ length: 201 }, (_, at) => ({ ...rule, name: `r${at}` })), otherwise }, "rules"],
    ["a list", [], "object"],
  ])("is refused with %s, and says where", (_, set, where) => {
    const parsed = classificationRulesSchema.safeParse(set);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.message).toContain(where);
  });
});
