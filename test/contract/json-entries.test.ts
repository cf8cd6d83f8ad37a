import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Entry, entriesOfArray, entriesOfLines } from "#contract/json-entries.ts";
import { DomainError } from "#domain/domain-error.ts";

const limits = { schema: z.unknown(), countMax: 1_000, bytesMax: 200 };
const ofArray = (text: string) => entriesOfArray(text, limits);
const ofLines = (text: string | Buffer) => entriesOfLines(Buffer.from(text), limits);
/** What there is of each entry: its value, or the code of what is wrong. */
const told = (entries: readonly Entry<unknown>[] | null) =>
  entries?.map((entry) => (entry.ok ? entry.value : `! ${entry.error.code}`)) ?? null;

describe("entries of a JSON array", () => {
  it("are those of JSON.parse, whatever they hold and however it is written", () => {
    const text = fc.string({ unit: fc.constantFrom("a", ",", "]", "}", '"', "\\", "é", "\n") });
    // No backslash in names: V8 13.6 reads the name "\"" as "\\" where an object with that name was parsed before.
    const name = text.filter((chars) => !chars.includes("\\"));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(name, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), fc.constantFrom(0, 1, "\t"), (values, indent) => {
        const wide = { ...limits, bytesMax: 100_000 };
        expect(told(entriesOfArray(JSON.stringify(values, null, indent), wide))).toEqual(values);
      }),
    );
  });

  it.each<[string, unknown[] | null]>([
    ["[]", []],
    [" [ ] ", []],
    ['[[],{},"],["]', [[], {}, "],["]],
    ['[{"__proto__":1},1]', ["! validation_failed", 1]],
    ["[9007199254740993,1]", ["! validation_failed", 1]],
    ['["\\ud800",1]', ["! validation_failed", 1]],
    [`[${"[".repeat(65)}${"]".repeat(65)},1]`, ["! malformed_json", 1]],
    [`["${"x".repeat(199)}",1]`, ["! payload_too_large", 1]],
    ["{}", null],
    ["1", null],
  ])("%s", (text, entries) => {
    expect(told(ofArray(text))).toEqual(entries);
  });

  it("are told apart from a text that is not JSON as a whole", () => {
    for (const text of ["[1,]", "[,1]", "[1 2]", "[1]]", "[1],[2]", '[{"a":]}', "[1", ""]) {
      expect(() => ofArray(text), text).toThrow(DomainError);
    }
  });

  it("may be nested 100,000 deep without harm", () => {
    expect(told(ofArray(`[${"[".repeat(100_000)}${"]".repeat(100_000)},2]`))).toEqual(["! payload_too_large", 2]);
  });

  it("are read to one more than is taken", () => {
    expect(ofArray(`[${Array(5_000).fill("1")}]`)).toHaveLength(1_001);
    expect(ofLines("1\n".repeat(5_000))).toHaveLength(1_001);
  });
});

describe("entries of lines", () => {
  it.each<[string, unknown[]]>([
    ["1\n2\n", [1, 2]],
    ["1\r\n2", [1, 2]],
    ["\n \t\r\n1\n\n", [1]],
    ["", []],
    ['{"a":\n1}\n2', ["! malformed_json", "! malformed_json", 2]],
    ['"\u2028"\n1', ["\u2028", 1]],
    ['{"constructor":1}\n1', ["! validation_failed", 1]],
  ])("%j", (text, entries) => {
    expect(told(ofLines(text))).toEqual(entries);
  });

  it("that are not UTF-8 are wrong by themselves", () => {
    expect(told(ofLines(Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31])))).toEqual(["! malformed_json", 1]);
  });
});
