// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is tested here
import { describe, expect, it } from "vitest";
import { hasTemplate, referencesOf, render, TemplateError, templateViolations } from "#domain/template.ts";

const scope = {
  payload: { user: { name: "Ada", age: 36 }, tags: ["a", { b: null }], "odd key": true, 'quo"te': 1, größe: 2 },
  steps: { fetch: { output: { items: [{ id: 7 }], error: null } } },
};

function refusalOf(value: unknown, within: Record<string, unknown> = scope): TemplateError {
  try {
    render(value, within);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`rendered: ${JSON.stringify(value).slice(0, 80)}`);
}

describe("a text that is one template alone becomes what it names, of its type", () => {
  it.each<[string, unknown]>([
    ["{{ payload.user }}", { name: "Ada", age: 36 }],
    ["{{payload.user.age}}", 36],
    ["{{ \n payload . user . name \t }}", "Ada"],
    ["{{ payload.tags }}", ["a", { b: null }]],
    ["{{ payload.tags[0] }}", "a"],
    ["{{ payload.tags.1.b }}", null],
    ["{{ steps.fetch.output.items[0].id }}", 7],
    ['{{ payload["odd key"] }}', true],
    ["{{ payload['odd key'] }}", true],
    [`{{ payload["quo\\"te"] }}`, 1],
    [`{{ payload['quo"te'] }}`, 1],
    ["{{ payload.größe }}", 2],
    ["${größe}", 2],
    ["${user}", { name: "Ada", age: 36 }],
    ["${user.age}", 36],
  ])("%s", (text, value) => {
    expect(render(text, scope)).toEqual(value);
  });
});

describe("within a longer text values are put in as text", () => {
  it.each([
    ["Hello {{ payload.user.name }}!", "Hello Ada!"],
    ["{{ payload.user.age }}{{ payload.user.age }}", "3636"],
    ["is {{ payload.user }}", 'is {"name":"Ada","age":36}'],
    ["is {{ steps.fetch.output.error }}", "is null"],
    ["${user.name} is ${user.age}", "Ada is 36"],
    ["${HOME} ${user.x} ${user} ${a b} ${} ${", '${HOME} ${user.x} {"name":"Ada","age":36} ${a b} ${} ${'],
    ["$${user.age} \\${user.age} ${__proto__} ${constructor}", "$36 \\${user.age} ${__proto__} ${constructor}"],
    ["\\{{ payload.user }}", "{{ payload.user }}"],
    ["\\\\{{ payload.user.age }}", "\\36"],
    ["\\\\\\{{", "\\{{"],
    ["\\{% 1 %}", "{% 1 %}"],
    ["\\\\{% 1 %}", "\\{% 1 %}"],
    ["a {% 1 %}", "a {% 1 %}"],
    ["${{ payload.user.age }} $\\{{", "$36 ${{"],
    ["{ { } } \\ }}", "{ { } } \\ }}"],
  ])("%s", (text, rendered) => {
    expect(render(text, scope)).toBe(rendered);
  });

  it("and what is put in is not a template again", () => {
    expect(render("a {{ payload.t }}", { payload: { t: "{{ payload.t }} ${t}" } })).toBe("a {{ payload.t }} ${t}");
  });
});

describe("a path that is not there", () => {
  it.each([
    ["{{ payload.user.email }}", "payload.user.email", "payload.user is an object with name, age"],
    ["{{ payload.user.email.domain }}", "payload.user.email.domain", "payload.user is an object"],
    ["{{ payload.tags[2] }}", "payload.tags.2", "payload.tags is an array of 2"],
    ["{{ payload.tags.length }}", "payload.tags.length", "payload.tags is an array of 2"],
    ["{{ payload.tags[00] }}", "payload.tags.00", "payload.tags is an array of 2"],
    ["{{ payload.user.name.length }}", "payload.user.name.length", "payload.user.name is a string"],
    ["{{ payload.user.name[0] }}", "payload.user.name.0", "payload.user.name is a string"],
    ["{{ steps.fetch.output.error.code }}", "steps.fetch.output.error.code", "steps.fetch.output.error is null"],
    ["{{ steps.fetch.output.toString }}", "steps.fetch.output.toString", "steps.fetch.output is an object"],
    ["{{ secrets.key }}", "secrets.key", "may begin with payload, steps"],
  ])("%s is told with what of it is there", (text, path, message) => {
    const error = refusalOf({ headers: [`x ${text}`] });
    expect(error).toMatchObject({ path, at: "headers.0" });
    expect(error.message).toMatch(/^headers\.0 names /);
    expect(error.message).toContain(message);
  });
});

describe("a template that cannot be read", () => {
  const faulty = [
    ["{{}}", "empty"],
    ["{{   }}", "empty"],
    ["{{ payload.user", "not closed"],
    ["{{ payload.user }", "not closed"],
    ["{{ payload user }}", "not a path"],
    ["{{ payload..user }}", "not a path"],
    ["{{ .user }}", "not a path"],
    ["{{ payload.user. }}", "not a path"],
    ["{{ payload[user] }}", "not a path"],
    ["{{ payload[-1] }}", "not a path"],
    ['{{ payload["user] }}', "not a path"],
    ["{{ payload.user + 1 }}", "not a path"],
    ["{{ f() }}", "not a path"],
    ["{{{ payload.user }}}", "not a path"],
    [`{{ payload${".a".repeat(300)} }}`, "over 500 characters"],
    ["{{ payload.__proto__ }}", "may have the name __proto__"],
    ['{{ payload["__proto__"].x }}', "may have the name __proto__"],
    ["{{ payload['\\__proto__'].x }}", "may have the name __proto__"],
    ["{{ payload.constructor.name }}", "may have the name constructor"],
    ["{{ __proto__ }}", "may have the name __proto__"],
  ] as const;

  it.each(faulty)("%s is a violation, and not rendered", (text, message) => {
    const [violation, ...others] = templateViolations({ a: [0, `x ${text}`] }, "steps.0", () => null);
    expect(violation).toEqual({ path: "steps.0.a.1", message: expect.stringContaining(message) });
    expect(others).toEqual([]);
    expect(refusalOf({ a: [0, `x ${text}`] }).message).toBe(`a.1 ${violation?.message}`);
  });

  it("does not hide the next one", () => {
    const violations = templateViolations({ a: "{{ a b }} {{ c }} {{}}", b: "{{" }, "", ([root]) => `knows no ${root}`);
    expect(violations.map(({ path }) => path)).toEqual(["a", "a", "a", "b"]);
    expect(violations[1]?.message).toBe("knows no c");
  });

  it("is told at most 100 times", () => {
    expect(templateViolations("{{}}".repeat(60_000), "", () => null)).toHaveLength(100);
  });
});

describe("what is named", () => {
  it("is told with the place, but for what may name nothing", () => {
    const asked: unknown[] = [];
    const value = { url: "{{ steps.fetch.output }}", body: [{ "{{ no }}": "${x} {{ payload.items[0] }} \\{{ no }}" }] };
    templateViolations(value, "config", (path, at) => {
      asked.push([...path, at]);
      return null;
    });
    expect(asked).toEqual([
      ["steps", "fetch", "output", "config.url"],
      ["payload", "items", "0", "config.body.0.{{ no }}"],
    ]);
    expect(referencesOf(value)).toEqual([
      ["steps", "fetch", "output"],
      ["payload", "x"],
      ["payload", "items", "0"],
    ]);
  });

  it("says whether there is anything to render", () => {
    for (const text of ["{{ a }}", "${a}", "\\{{", "{{", "{% 1 %}", "\\{% 1 %}"])
      expect(hasTemplate([text])).toBe(true);
    for (const value of ["a", "", "$a {b} \\${c}", { "{{ a }}": 1 }, null, 1, [[]]])
      expect(hasTemplate(value)).toBe(false);
  });
});
