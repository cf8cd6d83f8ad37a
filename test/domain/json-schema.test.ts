import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonSchema } from "#domain/json-schema.ts";

const told = (schema: Record<string, unknown>) => {
  const read = readJsonSchema(schema, "input_schema");
  return read.ok ? [] : read.violations.map(({ path, message }) => `${path} ${message}`);
};

describe("a JSON Schema", () => {
  it("is read with what asserts something, and nothing that does not", () => {
    const sent = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://example.com/order",
      title: "Order",
      $defs: { name: { type: "string", minLength: 1, examples: ["a"] } },
      type: "object",
      properties: { name: { $ref: "#/$defs/name" }, "a/b~c": true },
      madeUp: { $ref: "https://example.com" },
      __absolute_ref__: "x",
    };
    const read = readJsonSchema(sent, "input_schema");
    const name = { type: "string", minLength: 1 };
    const properties = { name: { $ref: "#/$defs/name" }, "a/b~c": true };
    const root = { $defs: { name }, type: "object", properties };
    expect(read).toEqual({
      ok: true,
      schema: {
        draft: "2020-12",
        root,
        byReference: {
          "#": root,
          "#/$defs/name": name,
          "#/properties/name": { $ref: "#/$defs/name" },
          "#/properties/a~1b~0c": true,
        },
      },
    });
  });

  it("is not changed by being read", () => {
    const sent = { properties: { a: { $ref: "#" } } };
    const before = structuredClone(sent);
    readJsonSchema(sent, "input_schema");
    expect(Object.getOwnPropertyDescriptors(sent)).toEqual(Object.getOwnPropertyDescriptors(before));
  });

  it.each([
    [undefined, "2020-12"],
    ["https://json-schema.org/draft/2020-12/schema", "2020-12"],
    ["https://json-schema.org/draft/2019-09/schema#", "2019-09"],
    ["http://json-schema.org/draft-07/schema#", "7"],
    ["http://json-schema.org/draft-06/schema", "7"],
    ["http://json-schema.org/draft-04/schema#", "4"],
  ])("of $schema %s is read by draft %s", ($schema, draft) => {
    const read = readJsonSchema($schema === undefined ? {} : { $schema }, "input_schema");
    expect(read).toMatchObject({ ok: true, schema: { draft } });
  });

  it.each([
    [{ type: "text" }, "input_schema.type"],
    [{ type: [] }, "input_schema.type"],
    [{ type: ["string", "text"] }, "input_schema.type"],
    [{ $schema: "https://example.com/my-schema" }, "input_schema.$schema"],
    [{ $schema: 7 }, "input_schema.$schema"],
    [{ properties: [] }, "input_schema.properties"],
    [{ properties: { a: { type: "text" } } }, "input_schema.properties.a.type"],
    [{ properties: { a: null } }, "input_schema.properties.a"],
    [{ properties: { a: [] } }, "input_schema.properties.a"],
    [{ patternProperties: { "(": true } }, "input_schema.patternProperties.("],
    [{ additionalProperties: "no" }, "input_schema.additionalProperties"],
    [{ items: [true, 7] }, "input_schema.items.1"],
    [{ items: 7 }, "input_schema.items"],
    [{ prefixItems: {} }, "input_schema.prefixItems"],
    [{ allOf: [] }, "input_schema.allOf"],
    [{ anyOf: [{ not: 7 }] }, "input_schema.anyOf.0.not"],
    [{ required: "a" }, "input_schema.required"],
    [{ required: [1] }, "input_schema.required"],
    [{ dependentRequired: { a: "b" } }, "input_schema.dependentRequired"],
    [{ dependencies: { a: [1] } }, "input_schema.dependencies"],
    [{ dependencies: { a: 7 } }, "input_schema.dependencies.a"],
    [{ enum: "a" }, "input_schema.enum"],
    [{ minLength: -1 }, "input_schema.minLength"],
    [{ maxItems: 1.5 }, "input_schema.maxItems"],
    [{ minimum: "1" }, "input_schema.minimum"],
    [{ exclusiveMinimum: true }, "input_schema.exclusiveMinimum"],
    [{ multipleOf: 0 }, "input_schema.multipleOf"],
    [{ uniqueItems: "yes" }, "input_schema.uniqueItems"],
    [{ pattern: "[a" }, "input_schema.pattern"],
    [{ pattern: "\\_" }, "input_schema.pattern"],
    [{ pattern: 7 }, "input_schema.pattern"],
    [{ pattern: "a".repeat(1_001) }, "input_schema.pattern"],
    [{ format: {} }, "input_schema.format"],
    [{ $ref: "https://example.com/schema" }, "input_schema.$ref"],
    [{ $ref: "other.json#/a" }, "input_schema.$ref"],
    [{ $ref: "#name" }, "input_schema.$ref"],
    [{ $ref: "#/$defs/missing" }, "input_schema.$ref"],
    [{ $ref: "#/properties", properties: {} }, "input_schema.$ref"],
    [{ $ref: "#/madeUp", madeUp: {} }, "input_schema.$ref"],
    [{ $ref: "#/toString" }, "input_schema.$ref"],
    [{ $ref: "#/%" }, "input_schema.$ref"],
    [{ properties: { a: { $id: "https://example.com/a" } } }, "input_schema.properties.a.$id"],
    [{ items: { $dynamicRef: "#node" } }, "input_schema.items.$dynamicRef"],
    [{ items: { $recursiveRef: "#" } }, "input_schema.items.$recursiveRef"],
    [{ description: "x".repeat(65_536) }, "input_schema"],
    [{ items: Array(2_001).fill(true) }, "input_schema"],
  ] as [Record<string, unknown>, string][])("is refused for %j at %s", (schema, path) => {
    const read = readJsonSchema(schema, "input_schema");
    expect(read.ok ? [] : read.violations.map((violation) => violation.path)).toEqual([path]);
  });

  it.each([
    [{ type: ["string", "null"], const: { a: 1 }, enum: [null] }],
    [{ items: [true], additionalItems: false, contains: {}, minContains: 0, unevaluatedItems: false }],
    [{ dependencies: { a: ["b"], c: { required: ["d"] }, e: false } }],
    [{ $schema: "http://json-schema.org/draft-04/schema#", id: "x", minimum: 1, exclusiveMinimum: true }],
    [{ $ref: "#/$defs/a%20b", $defs: { "a b": true } }],
    [{ $ref: "#/properties/a~1b", properties: { "a/b": true } }],
    [{ format: "made-up", pattern: "^\\p{L}+$" }],
    [{ $anchor: "top", $comment: "x", readOnly: true }],
  ] as Record<string, unknown>[][])("may say %j", (schema) => {
    expect(told(schema ?? {})).toEqual([]);
  });

  it("names all that is wrong at once, but not more than 100 things", () => {
    expect(told({ type: "text", properties: { a: { minLength: -1, $ref: "#/b" } } })).toHaveLength(3);
    expect(told({ allOf: Array(500).fill({ type: "text" }) })).toHaveLength(100);
  });

  it.each([
    [{ $ref: "#" }],
    [{ allOf: [{ $ref: "#" }] }],
    [{ properties: { a: { $ref: "#/properties/a" } } }],
    [{ $ref: "#/$defs/a", $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } }],
    [{ if: { $ref: "#/else" }, else: { dependentSchemas: { a: { $ref: "#/if" } } } }],
  ])("that leads to itself without end is refused: %j", (schema) => {
    expect(told(schema)).toContainEqual(expect.stringMatching(/\$ref leads to itself without end$/));
  });

  it("may lead to itself by way of a part of the value, which comes to an end", () => {
    const tree = { properties: { children: { items: { $ref: "#" } }, next: { $ref: "#" } } };
    expect(told(tree)).toEqual([]);
  });

  it("whatever it says, is read or refused, and never throws", () => {
    const keyword = fc.constantFrom(
      ..."$ref $defs type enum allOf not properties items required pattern format".split(" "),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("#", "#/", "#/properties/a", "string", "(", "__proto__", "toString", 1, -1, null, true),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.oneof(keyword, fc.constantFrom("a", "constructor")), tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(keyword, value), (schema) => {
        expect(readJsonSchema(schema, "input_schema")).toHaveProperty("ok");
      }),
      { numRuns: 500 },
    );
  });
});
