// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is tested here
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasTemplate, render, TemplateError, textsIn } from "#domain/template.ts";

/** Names that reach into JavaScript where properties are not own ones, beside harmless ones. */
const hostileNames = [
  "__proto__",
  "constructor",
  "prototype",
  "length",
  "toString",
  "hasOwnProperty",
  "0",
  "1",
  "a",
  "b",
];
const data = fc.jsonValue({ maxDepth: 4 });
const hostileData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, 1, "text", true),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...hostileNames), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** The JSON text of every value that stands in another. */
function everythingIn(value: unknown): Set<string> {
  const members = typeof value === "object" && value !== null ? Object.entries(value).map(([, each]) => each) : [];
  return new Set([JSON.stringify(value), ...members.flatMap((each) => [...everythingIn(each)])]);
}

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

function objectsIn(value: unknown): object[] {
  return typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

describe("rendering", () => {
  it("reaches nothing that is not the scope's own data", () => {
    const path = fc.array(fc.constantFrom(...hostileNames), { minLength: 1, maxLength: 4 });
    const written = (names: string[]) => names.map((name) => `[${JSON.stringify(name)}]`).join("");
    fc.assert(
      fc.property(hostileData, path, fc.boolean(), (payload, names, former) => {
        const text = former ? `\${${names.join(".")}}` : `{{ payload${written(names)} }}`;
        try {
          const rendered = render(text, { payload });
          expect(rendered === text ? former : everythingIn(payload).has(JSON.stringify(rendered))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives a value without templates back as it is", () => {
    const plain = data.filter((value) => !hasTemplate(value));
    fc.assert(
      fc.property(plain, (value) => {
        expect(JSON.stringify(render(value, {}))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("changes neither value nor scope, and shares no object with them", () => {
    fc.assert(
      fc.property(data, data, (value, payload) => {
        const template = frozen({ value, all: "{{ payload }}", text: "is {{ payload }}" });
        const scope = frozen({ payload });
        const rendered = render(hasTemplate(value) ? template.all : template, scope);
        const originals = new Set([...objectsIn(template), ...objectsIn(scope)]);
        expect(objectsIn(rendered).some((each) => originals.has(each))).toBe(false);
      }),
    );
  });

  it("leaves every text as it was once what is special in it has a backslash before it", () => {
    const unit = fc.constantFrom("{{", "{%", "%}", "}}", "${", "}", "\\", "a", " ", "$", "{");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const doubled = text.replaceAll(/(\\*)\{\{/g, "$1$1\\{{");
        const quoted =
          /^\\*\{%/.test(doubled) && doubled.endsWith("%}") && doubled.length > 3 ? `\\${doubled}` : doubled;
        expect(render(quoted, {})).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never fails otherwise than by a TemplateError, whatever the text", () => {
    const unit = fc.constantFrom("{{", "}}", "${", "payload", ".", "[", "]", '"', "'", "\\", "0", "é", " ", "\ud800");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
        try {
          render(text, { payload: { payload: ["x"] } });
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("what is made is bounded", () => {
  const payload = { long: "x".repeat(200_000), n: 1, nested: JSON.parse("[".repeat(300) + "]".repeat(300)) };
  it.each<[string, unknown]>([
    ["a text that names a long value 100,000 times", "{{ payload.long }}".repeat(100_000)],
    ["a list that names a long value 100,000 times", Array(100_000).fill("{{ payload.long }}")],
    ["two long values", ["{{ payload.long }}", "{{ payload.long }}"]],
    ["a long value between texts", `${"y".repeat(70_000)}{{ payload.long }}`],
    ["a long value as JSON within a text", ["{{ payload.long }}", "is {{ payload }}"]],
    ["a text that JSON makes longer", "\u0001".repeat(50_000)],
    ["many empty members", Array(300_000).fill(null)],
  ])("%s is refused", (_, value) => {
    expect(() => render(value, { payload })).toThrow(/is longer than 256 KiB/);
  });

  it("takes what fits, however many templates it has", () => {
    expect(render("{{ payload.n }}".repeat(100_000), { payload })).toBe("1".repeat(100_000));
    expect(render(["{{ payload.long }}", "${n}"], { payload })).toEqual([payload.long, 1]);
  });

  it("refuses what is nested too deep, in the value or in the scope", () => {
    expect(() => render("{{ payload.nested }}", { payload })).toThrow(/nested deeper than/);
    expect(() => render(JSON.parse("[".repeat(100_000) + "]".repeat(100_000)), {})).toThrow(/nested deeper than/);
    expect([...textsIn(JSON.parse(`${"[".repeat(5_000)}"a"${"]".repeat(5_000)}`), "")]).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("a")],
    ["a bigint", 1n],
    ["NaN", Number.NaN],
    ["an instance of a class", new Date(0)],
    ["a map", new Map()],
  ])("refuses %s in the scope, which is not data", (_, member) => {
    for (const text of ["{{ payload }}", "is {{ payload.m }}"]) {
      expect(() => render(text, { payload: { m: member } })).toThrow("is not a JSON value");
    }
  });

  it.each([
    ["open braces", "{{".repeat(125_000)],
    ["braces with a name", "{{ a".repeat(60_000)],
    ["open quotes", "{{ a['".repeat(40_000)],
    ["dollars", "${a.".repeat(60_000)],
    ["backslashes", "\\".repeat(120_000)],
    ["space", `{{ a${" ".repeat(250_000)}`],
    ["a long name", `\${${"a".repeat(250_000)}`],
  ])("reads 250 KB of %s to its end", (_, text) => {
    const outcome = (() => {
      try {
        return render(text, {}) === text;
      } catch (error) {
        return error instanceof TemplateError && error.reason.length < 300;
      }
    })();
    expect(outcome).toBe(true);
  });
});
