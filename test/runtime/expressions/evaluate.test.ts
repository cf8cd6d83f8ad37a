import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { evaluate } from "#runtime/expressions/evaluate.ts";
import { expressionViolations } from "#runtime/expressions/violations.ts";

const scope = {
  payload: {
    user: { name: "Ada", tags: ["x", "y"], email: null },
    items: [
      { sku: "a", price: 5, qty: 2 },
      { sku: "b", price: 1, qty: 3 },
      { sku: "c", price: 7, qty: 0 },
    ],
    none: [],
    csv: "b,a,b",
    héllo: 1,
  },
  steps: { fetch: { output: { at: "2026-11-21T09:30:00+02:00", limit: 4 } } },
};

describe("an expression gives its value, of its type", () => {
  it.each<[string, unknown]>([
    ["payload.user.name", "Ada"],
    ["payload.user", scope.payload.user],
    ["payload.user.email", null],
    ["payload.user.tags", ["x", "y"]],
    ["payload.none", []],
    ["payload.`héllo` + 1", 2],
    ["$$.payload.user.name", "Ada"],
    ["$.payload.user.name", "Ada"],
    ["1 + 2 * 3 - -4 / 2 % 3", 9],
    ["payload.items[0].sku & payload.items[-1].sku", "ac"],
    ["$sum(payload.items.(price * qty))", 13],
    ["payload.items[price > $$.steps.fetch.output.limit].sku", ["a", "c"]],
    ["payload.items[sku = 'b'].qty", 3],
    ["payload.items[sku = 'b'].[qty]", [3]],
    ["payload.items^(>price).sku", ["c", "a", "b"]],
    ["payload.items^(qty, <sku)[0].sku", "c"],
    ["payload.items{sku: price}", { a: 5, b: 1, c: 7 }],
    ["{'n': payload.user.name, 'm': [1, 'b', null, true]}", { n: "Ada", m: [1, "b", null, true] }],
    ["payload.items.{'id': sku, 'total': price * qty}[total > 0].id", ["a", "b"]],
    ["payload.user.* ~> $count()", 4],
    ["payload.nope ?? 7", 7],
    ["payload.user.email ?? 7", null],
    ["payload.user.email ?: 7", 7],
    ["payload.user.name = 'Ada' ? 'yes' : 'no'", "yes"],
    ["payload.nope ? 'yes' : 'no'", "no"],
    ["'x' in payload.user.tags and not_there = 1 or true", true],
    ["payload.nope = 1", false],
    ["($a := payload.items.price; $b := $max($a); $b - $min($a))", 6],
    ["payload.csv ~> $split(',') ~> $distinct ~> $sort ~> $join('-')", "a-b"],
    ["'name'", "name"],
    ["[]", []],
    ["{}", {}],
  ])("%s", async (expression, value) => {
    expect(await evaluate(expression, scope)).toEqual({ ok: true, value, cost: expect.any(Number) });
    expect(JSON.parse(JSON.stringify(await jsonata(expression).evaluate(scope)))).toEqual(value);
  });
});

describe("each function that is offered does what JSONata says it does", () => {
  it.each<[string, unknown]>([
    ["$string({'a': 0.1 + 0.2})", '{"a":0.3}'],
    ["$length('😀é')", 2],
    ["$substring('héllo😀x', 1, 5)", "éllo😀"],
    ["$substringBefore('a-b-c', '-')", "a"],
    ["$substringAfter('a-b-c', '-')", "b-c"],
    ["$uppercase('é')", "É"],
    ["$lowercase('É')", "é"],
    ["$trim('  a   b ')", "a b"],
    ["$contains('abc', 'b')", true],
    ["$split('a,b,c', ',', 2)", ["a", "b"]],
    ["$join(['a', 'b'], ', ')", "a, b"],
    ["$join([])", ""],
    ["$replace('a.b.c', '.', '$0')", "a$0b$0c"],
    ["$base64encode('user:pass')", "dXNlcjpwYXNz"],
    ["$base64decode('dXNlcg==')", "user"],
    ["$encodeUrlComponent('a b&ü')", "a%20b%26%C3%BC"],
    ["$decodeUrlComponent('a%20b')", "a b"],
    ["$number('1.5e1')", 15],
    ["[$abs(-1), $floor(-1.5), $ceil(1.2), $sqrt(9), $power(2, 10)]", [1, -2, 2, 3, 1024]],
    ["[$round(2.5), $round(3.5), $round(1.255, 2)]", [2, 4, 1.26]],
    ["$formatBase(255, 16)", "ff"],
    ["[$sum([1, 2]), $max([1, 2]), $min([1, 2]), $average([1, 2])]", [3, 2, 1, 1.5]],
    ["[$boolean([0, 1]), $not(''), $exists(payload.nope), $exists(payload.none)]", [true, true, false, true]],
    ["[$type(1), $type(null), $type([]), $type({}), $type('')]", ["number", "null", "array", "object", "string"]],
    ["[$count(payload.items), $count(payload.nope)]", [3, 0]],
    ["$append([1], 2)", [1, 2]],
    ["$reverse([1, 2])", [2, 1]],
    ["$sort([10, 9, 1])", [1, 9, 10]],
    ["$sort(['b', 'B', 'a'])", ["B", "a", "b"]],
    ["$sort([])", []],
    ["$distinct([1, '1', 1, {'a': 1, 'b': 2}, {'b': 2, 'a': 1}])", [1, "1", { a: 1, b: 2 }]],
    [
      "$zip([1, 2], ['a', 'b'])",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    ["$keys(payload.user)", ["name", "tags", "email"]],
    ["$keys(payload.items)", ["sku", "price", "qty"]],
    ["$lookup(payload.user, 'na' & 'me')", "Ada"],
    ["$merge([{'a': 1}, {'a': 2, 'b': 3}])", { a: 2, b: 3 }],
    ["$toMillis(steps.fetch.output.at) ~> $fromMillis", "2026-11-21T07:30:00.000Z"],
    ["$toMillis('2026-11-21')", Date.UTC(2026, 10, 21)],
    ["payload.items[0] ~> $keys() ~> $count", 3],
    ["payload.user.name.$uppercase()", "ADA"],
  ])("%s", async (expression, value) => {
    expect(await evaluate(expression, scope)).toMatchObject({ ok: true, value });
    expect(JSON.parse(JSON.stringify(await jsonata(expression).evaluate(scope)))).toEqual(value);
  });
});

describe("what gives no value says why", () => {
  it.each([
    ["payload.nope", /gives nothing: what it reads is not there/],
    ["secrets.key", /gives nothing/],
    ["payload.user.name + 1", /fails: .*left side of the "\+" operator must evaluate to a number.*near character/],
    ["$sort([{}])", /fails: \$sort takes texts alone, or numbers alone/],
    ["$replace('a', '', 'b')", /fails: .*must not be empty/],
    ["$toMillis('2026-02-30')", /fails: \$toMillis takes an RFC 3339 time/],
    ["$decodeUrlComponent('%')", /fails: Malformed URL/],
    ["1/0", /gives what is not a JSON value/],
    ['"\\ud800"', /gives what has a lone surrogate/],
    ["payload.items.", /is no JSONata expression: Unexpected end of expression \(near character 14\)/],
    ["$count(payload.items.sku", /is no JSONata expression: Expected "\)" before end/],
    ["$pad(payload.csv, 9)", /calls \$pad, which is not offered \(near character 4\)/],
    ["$string(1, true)", /calls \$string with 2 of its 1 arguments/],
    ["$x + $y", /reads \$x, which it does not bind .*; reads \$y/],
    ["$sum := 1", /binds \$sum anew/],
    ["$split(payload.csv, '') ~> $string($$)", /reads the whole scope.*/],
    ["'x' & $replace(payload.csv, ',', payload.csv) & 'y' ~> $error", /calls \$error/],
  ])("%s", async (expression, reason) => {
    expect(await evaluate(expression, scope)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it("and the static ones are told before anything runs", () => {
    expect(expressionViolations("payload.items.")).toHaveLength(1);
    expect(expressionViolations("$pad($now(), $random())")).toHaveLength(3);
    expect(expressionViolations("payload.nope")).toEqual([]);
  });

  it("a scope that is no data, too long or too deep is refused when it is named, and no other", async () => {
    const scopes: [Record<string, unknown>, string][] = [
      [{ n: () => 1 }, "reads what is not a JSON value"],
      [{ n: "x".repeat(1_100_000) }, "reads what is longer than 1024 KiB as JSON"],
      [{ n: JSON.parse("[".repeat(300) + "]".repeat(300)) }, "reads what is nested deeper than 200 levels"],
      [{ n: { _jsonata_function: true } }, "reads what has a member _jsonata_lambda or _jsonata_function"],
    ];
    for (const [named, reason] of scopes) {
      expect(await evaluate("n", named)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
      expect(await evaluate("m", { ...named, m: 1 })).toMatchObject({ ok: true, value: 1 });
    }
  });

  it("a result over 256 KiB is refused", async () => {
    const text = "x".repeat(200_000);
    expect(await evaluate("[text, text]", { text })).toEqual({
      ok: false,
      reason: "gives what is longer than 256 KiB as JSON",
    });
    expect(await evaluate("text", { text })).toMatchObject({ ok: true, value: text });
  });
});

describe("evaluation", () => {
  it("never throws, and gives JSON, whatever the text", async () => {
    const unit = fc.constantFrom(
      ..."payload . user items [ ] ( ) { } : , ; ? ?? ?: := = & + * ** % $ $$ $sum $x ~> ^ | ' \" ` 1 @ #".split(" "),
      " ",
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 14 }), async (text) => {
        const outcome = await evaluate(text, scope);
        if (outcome.ok) expect(JSON.parse(JSON.stringify(outcome.value))).toEqual(outcome.value);
        else expect(outcome.reason).not.toBe("");
        if (expressionViolations(text).length > 0) expect(outcome.ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("answers many at once, each its own", async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => evaluate("n * 2", { n })));
    expect(outcomes).toEqual(outcomes.map((_, n) => ({ ok: true, value: n * 2, cost: expect.any(Number) })));
  });

  it("changes nothing in the scope", async () => {
    const before = structuredClone(scope);
    await evaluate("payload.none{'a': $}", scope);
    await evaluate("payload.items^(price)[0]", scope);
    expect(scope).toEqual(before);
  });
});
