import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson, summary } from "#contract/strict-json.ts";
import { DomainError } from "#domain/domain-error.ts";
import { jsonDepthMax } from "#domain/json-depth.ts";

function refusalOf(text: string): DomainError {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

/** A value inside so many arrays, or objects. */
const arrays = (depth: number, inside = "") => "[".repeat(depth) + inside + "]".repeat(depth);
const objects = (depth: number, inside = "1") => '{"a":'.repeat(depth) + inside + "}".repeat(depth);

describe("what is kept as it was sent", () => {
  it.each([
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["0.1", 0.1],
    ["0.1000000000000000055511151231257827", 0.1],
    ["1.0", 1],
    ["1e2", 100],
    ["1E+2", 100],
    ["0e-999", 0],
    ["0.000", 0],
    ["5e-324", 5e-324],
    ["1e300", 1e300],
    ["123.4567e30", 1.234567e32],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ['"9007199254740993"', "9007199254740993"],
    ['"__proto__"', "__proto__"],
    ['"\\ud83d\\ude00 \\u0000"', "😀 \u0000"],
    ["null", null],
    [' {"a" : [ true , false ] }\r\n\t', { a: [true, false] }],
    ['{"prototype":1,"toString":2,"":3}', { prototype: 1, toString: 2, "": 3 }],
    ['{"a":1e400,"a":1}', { a: 1 }],
  ])("%s", (text, value) => {
    expect(parseStrictJson(text)).toEqual(value);
  });

  it("is every value of safe numbers and Unicode text", () => {
    const number = fc.oneof(
      fc.maxSafeInteger(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21),
    );
    const text = fc.string({ unit: "binary" });
    const member = text.filter((name) => name !== "__proto__" && name !== "constructor");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 8 },
        fc.oneof(number, text, fc.boolean(), fc.constant(null)),
        fc.array(tie("value"), { maxLength: 5 }),
        fc.dictionary(member, tie("value"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const sent = JSON.stringify(json);
        expect(JSON.stringify(parseStrictJson(sent))).toBe(sent);
      }),
    );
  });
});

describe("422 validation_failed", () => {
  it.each([
    ["2^53", "9007199254740992"],
    ["2^53 + 1", "9007199254740993"],
    ["-2^53 - 1", "-9007199254740993"],
    ["2^53 + 1 with a point", "9007199254740993.0"],
    ["2^53 + 1 with an exponent", "9.007199254740993e15"],
    ["a number of 100 digits", "1".repeat(100)],
    ["1e400", "1e400"],
    ["-1e400", "-1e400"],
    ["1e-400, which would vanish", "1e-400"],
    ["a fraction that would vanish", `0.${"0".repeat(400)}1`],
  ])("for a number that would be altered: %s", (_, number) => {
    expect(refusalOf(`{"payload":{"lines":[1,${number}]}}`)).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "payload.lines.1", message: expect.stringContaining("cannot be kept exactly") }],
    });
    expect(refusalOf(number).message).toMatch(/^The body is a number/);
  });

  it.each([
    ["__proto__", '{"__proto__":{"admin":true}}', "__proto__"],
    ["__proto__ written with escapes", '{"\\u005f\\u005fproto\\u005f_":1}', "__proto__"],
    ["__proto__ deep within", '{"a":[{"b":{"__proto__":null}}]}', "a.0.b.__proto__"],
    ["__proto__ beside itself", '{"__proto__":1,"__proto__":2}', "__proto__"],
    ["constructor", '{"constructor":{"prototype":{}}}', "constructor"],
    ["constructor written with escapes", '{"c\\u006fnstructor":1}', "constructor"],
  ])("for a member named %s, by its path", (_, text, path) => {
    expect(refusalOf(text)).toMatchObject({
      code: "validation_failed",
      errors: [{ path, message: "is a member name that is not allowed" }],
    });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ["a high surrogate alone in a value", '{"a":"x\\ud83d"}', "a"],
    ["a low surrogate alone in a value", '{"a":["\\ude00"]}', "a.0"],
    ["surrogates the wrong way round", '{"a":"\\ude00\\ud83d"}', "a"],
    ["a lone surrogate in a name", '{"a":{"\\ud83d":1}}', "a.\ufffd"],
    ["a lone surrogate as it is", '{"a":"\ud83d"}', "a"],
  ])("for text that is not Unicode: %s", (_, text, path) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({
      code: "validation_failed",
      errors: [{ path, message: expect.stringContaining("lone surrogate") }],
    });
    expect(JSON.stringify(refusal.errors).isWellFormed()).toBe(true);
  });

  it("names every violation, in the order of the body, and the first in its message", () => {
    const { errors, message } = refusalOf('{"a":1e400,"b":{"constructor":{"c":"\\ud800"}},"d":[9007199254740993]}');
    expect(errors?.map(({ path }) => path)).toEqual(["a", "b.constructor", "b.constructor.c", "d.0"]);
    expect(message).toMatch(/^a is a number that cannot be kept exactly \(1e400\).* \(and 3 more\)$/);
  });

  it("stays smaller than its body: at most 100 violations, with the beginning of long names", () => {
    const numbers = `[${"9e999,".repeat(20_000)}0]`;
    expect(refusalOf(numbers).errors).toHaveLength(100);
    const longNames = `{"${"n".repeat(100_000)}":${numbers}}`;
    expect(JSON.stringify(refusalOf(longNames).errors).length).toBeLessThan(20_000);
  });
});

describe("400 malformed_json", () => {
  it.each([
    ["nothing", ""],
    ["space alone", " \n"],
    ["a truncated object", '{"source":"api"'],
    ["a truncated text", '{"source":"a'],
    ["a truncated escape", '"\\'],
    ["a trailing comma in an object", '{"a":1,}'],
    ["a trailing comma in an array", "[1,]"],
    ["two values", "{}{}"],
    ["single quotes", "{'a':1}"],
    ["an unquoted name", "{a:1}"],
    ["a comment", "{}//"],
    ["NaN", "NaN"],
    ["Infinity", "-Infinity"],
    ["undefined", "undefined"],
    ["a leading zero", "01"],
    ["a leading plus", "+1"],
    ["hexadecimal", "0x10"],
    ["a bare point", "1."],
    ["a control character in a text", '"a\u0000b"'],
    ["a line break in a text", '"a\nb"'],
    ["a byte order mark", "\ufeff{}"],
    ["a bad escape", '"\\x41"'],
    ["brackets closed before they open", `]${"]".repeat(99)}${"[".repeat(100)}`],
    ["brackets of two kinds", "[}"],
  ])("for %s", (_, text) => {
    const { code, message } = refusalOf(text);
    expect({ code, message }).toEqual({
      code: "malformed_json",
      message: expect.stringMatching(/^The body is not valid JSON: ./),
    });
    expect(message.length).toBeLessThan(200);
  });

  it.each([
    ["arrays", arrays],
    ["objects", objects],
    ["arrays and objects by turns", (depth: number) => arrays(Math.ceil(depth / 2), objects(Math.floor(depth / 2)))],
  ])("for %s nested 65 deep or 100,000, where 64 are taken", (_, nest) => {
    expect(JSON.stringify(parseStrictJson(nest(jsonDepthMax)))).toBe(nest(jsonDepthMax));
    for (const depth of [jsonDepthMax + 1, 100_000]) {
      expect(refusalOf(nest(depth))).toMatchObject({
        code: "malformed_json",
        message: "The body is nested deeper than 64 levels. Flatten it.",
      });
    }
  });

  it("for 100,000 brackets that nothing closes", () => {
    expect(refusalOf("[".repeat(100_000)).code).toBe("malformed_json");
    expect(refusalOf('{"a":'.repeat(100_000)).code).toBe("malformed_json");
  });

  it.each([
    ["brackets within a text", `"${"[{".repeat(100)}"`],
    ["brackets after an escaped quote", `"\\"${"[".repeat(100)}"`],
    ["brackets after an escaped backslash", `["\\\\","${"[".repeat(100)}"]`],
    ["brackets within a name", `{"${"[".repeat(100)}":1}`],
    ["a hundred neighbours", `[${Array(100).fill("[]").join(",")}]`],
  ])("not for %s, which do not nest", (_, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

it("answers any text whatever with a value or with one of the two refusals", () => {
  const fragments = fc.constantFrom(...'{}[]:,"\\u0019e.-', "__proto__", "\ud800", '"a":', "1e400", "true", " ");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fragments).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (sent) => {
      try {
        parseStrictJson(sent);
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        expect(["malformed_json", "validation_failed"]).toContain((error as DomainError).code);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe("summary", () => {
  it.each([
    ["of nothing is general", [], "The request is invalid."],
    ["names the body where the path is empty", [{ path: "", message: "is wrong" }], "The body is wrong"],
    ["names the first alone", [{ path: "a.b", message: "is wrong" }], "a.b is wrong"],
    ["counts the others", ["a", "b", "c"].map((path) => ({ path, message: "is wrong" })), "a is wrong (and 2 more)"],
  ])("%s", (_, errors, text) => {
    expect(summary(errors)).toBe(text);
  });
});
