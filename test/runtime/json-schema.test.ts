import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonSchema } from "#domain/json-schema.ts";
import { payloadViolations } from "#runtime/json-schema.ts";

type Schema = Record<string, unknown>;
const told = (schema: Schema, payload: unknown) =>
  payloadViolations(schema, payload).map(({ path, message }) => `${path} ${message}`);
/** As it comes from a body: with the prototypes that JSON.parse gives. */
const asParsed = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value;
const of = (a: Schema) => ({ properties: { a } });

describe("a payload", () => {
  it("is in order by the schema that it satisfies", () => {
    const schema = {
      type: "object",
      required: ["user", "items"],
      properties: {
        user: { type: "string", minLength: 1, format: "email" },
        items: { type: "array", items: { $ref: "#/$defs/item" }, minItems: 1, uniqueItems: true },
      },
      additionalProperties: false,
      $defs: { item: { type: "object", properties: { count: { type: "integer", minimum: 1 } }, required: ["count"] } },
    };
    expect(told(schema, { user: "a@b.example", items: [{ count: 1 }, { count: 2 }] })).toEqual([]);
    expect(told(schema, { user: "", items: [{ count: 0.5 }, {}], more: 1 })).toEqual([
      "payload.user must be at least 1 characters",
      'payload.user must have the format "email"',
      "payload.items.0.count must be integer, and is number",
      "payload.items.0.count must be at least 1",
      "payload.items.1.count is required",
      "payload.more is not allowed",
    ]);
  });

  it.each([
    [of({ type: ["string", "null"] }), 1, "payload.a must be string or null, and is number"],
    [of({ const: { b: 1 } }), { b: 2 }, 'payload.a must be {"b":1}'],
    [of({ enum: ["x", 2] }), "y", 'payload.a must be one of ["x",2]'],
    [of({ minProperties: 2 }), {}, "payload.a must have at least 2 members"],
    [of({ maxProperties: 0 }), { b: 1 }, "payload.a must have at most 0 members"],
    [of({ propertyNames: { pattern: "^x" } }), { b: 1 }, 'payload.a must not have a member named "b"'],
    [of({ dependentRequired: { b: ["c"] } }), { b: 1 }, 'payload.a must have "c", since it has "b"'],
    [of({ dependencies: { b: ["c"] } }), { b: 1 }, 'payload.a must have "c", since it has "b"'],
    [of({ dependentSchemas: { b: { required: ["c"] } } }), { b: 1 }, "payload.a.c is required"],
    [of({ maxItems: 1 }), [1, 2], "payload.a must have at most 1 items"],
    [of({ minItems: 1 }), [], "payload.a must have at least 1 items"],
    [of({ contains: { const: 1 } }), [2], "payload.a must hold an item that the schema asks for"],
    [of({ contains: {}, prefixItems: [true] }), [], "payload.a must hold an item that the schema asks for"],
    [of({ minContains: 2, contains: {} }), [1], "payload.a holds too few of the items that the schema asks for"],
    [of({ maxContains: 1, contains: {} }), [1, 2], "payload.a holds too many of the items that the schema asks for"],
    [of({ uniqueItems: true }), [1, 2, 1], "payload.a must not hold an item twice, as at 0 and 2"],
    [of({ minimum: 1 }), 0, "payload.a must be at least 1"],
    [of({ maximum: 1 }), 2, "payload.a must be at most 1"],
    [of({ exclusiveMinimum: 1 }), 1, "payload.a must be above 1"],
    [of({ exclusiveMaximum: 1 }), 1, "payload.a must be below 1"],
    [of({ multipleOf: 0.1 }), 0.25, "payload.a must be a multiple of 0.1"],
    [of({ maxLength: 1 }), "ab", "payload.a must be at most 1 characters"],
    [of({ pattern: "^x" }), "y", "payload.a does not match the pattern"],
    [of({ not: {} }), 1, "payload.a is what the schema excludes (not)"],
    [of({ oneOf: [{}, true] }), 1, "payload.a must match exactly one of the alternatives (oneOf), and matches 2"],
    [{ patternProperties: { a: false } }, 1, "payload.a is not allowed"],
    [{ unevaluatedProperties: false }, 1, "payload.a is not allowed"],
    [{ properties: { "a/b": true }, required: ["a/b"] }, 1, "payload.a/b is required"],
  ] as [Schema, unknown, string][])("is told by %j what is wrong with %j", (schema, a, message) => {
    expect(told(schema, { a })).toEqual([message]);
  });

  it("is told of every alternative why it does not match", () => {
    const schema = { anyOf: [{ required: ["a"] }, { properties: { b: { type: "string" } }, required: ["b"] }] };
    expect(told(schema, { b: 1 })).toEqual([
      "payload must match one of the alternatives (anyOf)",
      "payload.a is required, for one alternative of anyOf",
      "payload.b must be string, and is number, for one alternative of anyOf",
    ]);
  });

  it("is named by its own names, whatever they hold", () => {
    const schema = { additionalProperties: { type: "string" } };
    const names = ["a/b", "~1", "%2F", "#", "ä ", "", "toString", "x".repeat(100)];
    expect(
      payloadViolations(schema, Object.fromEntries(names.map((name) => [name, 1]))).map(({ path }) => path),
    ).toEqual(names.map((name) => `payload.${name.slice(0, 64)}`));
  });

  it("has no members but its own", () => {
    expect(told({ required: ["toString", "__proto__"] }, {})).toEqual([
      "payload.toString is required",
      "payload.__proto__ is required",
    ]);
    expect(told({ properties: { toString: { type: "number" } } }, {})).toEqual([]);
    expect(told({ properties: { a: { format: "__defineGetter__" } } }, { a: "x" })).toEqual([]);
    expect(
      told(JSON.parse('{"properties": {"__proto__": {"type": "string"}}}'), JSON.parse('{"__proto__": 1}')),
    ).toEqual(["payload.__proto__ must be string, and is number"]);
    expect({}).not.toHaveProperty("type");
  });

  it("is told at most 100 things", () => {
    const payload = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`m${at}`, 1]));
    expect(told({ additionalProperties: { type: "string" } }, payload)).toHaveLength(100);
  });

  const tooLong = ["payload takes too long to check against the workflow's input_schema"];

  it("that a pattern would think about for ever is refused", () => {
    expect(told(of({ pattern: "^(a+)+$" }), { a: `${"a".repeat(60)}!` })).toEqual(tooLong);
    expect(told({ patternProperties: { "^(a+)+$": true } }, { [`${"a".repeat(60)}!`]: 1 })).toEqual(tooLong);
  });

  it("that references would multiply without bound is refused", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => {
        const next = { $ref: at === 59 ? "#/$defs/end" : `#/$defs/d${at + 1}` };
        return [`d${at}`, { allOf: [next, next] }];
      }),
    );
    expect(told({ $ref: "#/$defs/d0", $defs: { ...$defs, end: true } }, {})).toEqual(tooLong);
  });

  it("that is nested too deep for a schema that follows it is refused", () => {
    let payload: object = {};
    for (let depth = 0; depth < 20_000; depth++) payload = { a: payload };
    expect(told({ properties: { a: { $ref: "#" } } }, payload)).toEqual(tooLong);
  });

  it("satisfies a schema exactly when another implementation says so", () => {
    const leaf = fc.constantFrom(0, 1, -1.5, "", "a", "ab", true, null);
    const json = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const types = fc.constantFrom("object", "array", "string", "number", "integer", "boolean", "null");
    const count = fc.nat({ max: 2 });
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 });
    const schema = fc.letrec<{ schema: Schema | boolean; object: Schema }>((tie) => {
      const sub = tie("schema");
      const subs = fc.array(sub, { minLength: 1, maxLength: 2 });
      const byName = fc.dictionary(fc.constantFrom("a", "b"), sub, { maxKeys: 2 });
      const keywords: Record<string, fc.Arbitrary<unknown>> = {
        type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
        enum: fc.uniqueArray(leaf, { minLength: 1, maxLength: 3 }),
        const: json,
        required: names,
        minProperties: count,
        maxProperties: count,
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
        minLength: count,
        minimum: fc.constantFrom(-1, 0, 1),
        exclusiveMaximum: fc.constantFrom(0, 1),
        multipleOf: fc.constantFrom(0.5, 2),
        pattern: fc.constantFrom("^a", "b$"),
        properties: byName,
        patternProperties: byName,
        additionalProperties: sub,
        propertyNames: sub,
        prefixItems: subs,
        items: sub,
        dependentRequired: fc.dictionary(fc.constantFrom("a", "b"), names, { maxKeys: 1 }),
        dependentSchemas: byName,
        allOf: subs,
        anyOf: subs,
        oneOf: subs,
        not: sub,
        if: sub,
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: sub,
        else: sub,
      };
      const entry = fc.oneof(...Object.entries(keywords).map(([name, value]) => fc.tuple(fc.constant(name), value)));
      return {
        schema: fc.oneof({ maxDepth: 2 }, fc.boolean(), tie("object")),
        object: fc.array(entry, { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
      };
    });
    const ajv = new Ajv2020({ strict: false, logger: false });
    fc.assert(
      fc.property(fc.tuple(schema.object, json).map(asParsed), ([each, payload]) => {
        expect(readJsonSchema(each, "input_schema").ok).toBe(true);
        expect([payloadViolations(each, payload).length === 0, each, payload]).toEqual([
          ajv.validate(each, payload),
          each,
          payload,
        ]);
        ajv.removeSchema(each);
      }),
      { numRuns: 500, seed: 7 }, // the other has faults of its own, which these do not meet
    );
  });
});
