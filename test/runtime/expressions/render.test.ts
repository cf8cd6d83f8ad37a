import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TemplateError } from "#domain/template.ts";
import { allowedFunctions } from "#runtime/expressions/allowed-functions.ts";
import { renderAll } from "#runtime/expressions/render.ts";
import { violationsOfExpressions } from "#runtime/expressions/violations.ts";

const scope = { payload: { user: "ada", items: [{ price: 5 }, { price: 1 }] } };

async function refusalOf(value: unknown): Promise<TemplateError> {
  const error = await renderAll(value, scope).catch((thrown: unknown) => thrown);
  if (error instanceof TemplateError) return error;
  throw new Error(`no TemplateError: ${String(error)}`);
}

describe("rendering paths and expressions", () => {
  it("fills in both, each of its type", async () => {
    const value = {
      to: "{{ payload.user }}",
      text: "Hi {{ payload.user }}",
      sums: ["{% $sum(payload.items.price) %}", "{%$sum(payload.items.price)%}", "\\{% 1 %}", " {% 1 %}"],
      "{% 1 %}": null,
    };
    expect(await renderAll(value, scope)).toEqual({
      to: "ada",
      text: "Hi ada",
      sums: [6, 6, "{% 1 %}", " {% 1 %}"],
      "{% 1 %}": null,
    });
  });

  it("does not take what an expression gives for a template", async () => {
    expect(await renderAll(["{% '{{ payload.user }}' %}", "{% '{% 1 %}' %}"], scope)).toEqual([
      "{{ payload.user }}",
      "{% 1 %}",
    ]);
  });

  it.each([
    [{ a: ["{% payload.nope %}"] }, "a.0 gives nothing"],
    [{ a: "{% $now() %}" }, "a calls $now, which is not offered"],
    [{ a: "{%%}" }, "a is no JSONata expression"],
    [{ a: "{% 1 %}", b: "{{ nope }}" }, "b names nope, which is not there"],
    [Array.from({ length: 101 }, (_, n) => `{% ${n} %}`), "100 is one of more than 100 expressions"],
  ])("%j is refused, and says where", async (value, message) => {
    expect((await refusalOf(value)).message).toContain(message);
  });

  it("bounds what all expressions of one value cost together, and its size", async () => {
    const items = Array.from({ length: 2_000 }, (_, n) => n);
    const costly = Array.from({ length: 20 }, (_, n) => `{% $sum(items.($ + $ + $ + $ + ${n})) %}`);
    await expect(renderAll(costly.slice(0, 2), { items })).resolves.toHaveLength(2);
    await expect(renderAll(costly, { items })).rejects.toThrow("does more than the expressions of one value may");
    await expect(renderAll(Array(3).fill("{% text %}"), { text: "x".repeat(100_000) })).rejects.toThrow("256 KiB");
  });
});

describe("violations of expressions", () => {
  const allows = (path: readonly string[]) => (path[0] === "payload" ? null : `names ${path.join(".")}`);

  it("are told with their place, before there is anything to render", () => {
    const value = {
      ok: ["{% payload.user %}", "{{ nope }}", "{% $sum(payload.items[price > $$.payload.min].price) %}"],
      refused: "{% $eval('1') %}",
      unknown: "{% steps.a.output.items[0].id & $$.steps.b & payload.user.({'x': $$.run.id}) %}",
    };
    expect(violationsOfExpressions(value, "config", allows)).toEqual([
      { path: "config.refused", message: expect.stringContaining("calls $eval") },
      { path: "config.unknown", message: "names steps.a.output.items" },
      { path: "config.unknown", message: "names steps.b" },
      { path: "config.unknown", message: "names run.id" },
    ]);
  });

  it("are at most 100, and at most 100 expressions are looked at", () => {
    expect(violationsOfExpressions(Array(5_000).fill("{% $now() %}"), "", allows)).toHaveLength(100);
    const [first] = violationsOfExpressions(Array(101).fill("{% 1 %}"), "", allows);
    expect(first).toMatchObject({ path: "100", message: expect.stringContaining("more than 100 expressions") });
  });
});

it("the README lists every function that is offered, and no other", () => {
  const [, section = ""] =
    /## Templates and expressions(.*?)\nNot offered/s.exec(readFileSync("README.md", "utf8")) ?? [];
  const [, list = ""] = /and these functions:(.*)/s.exec(section) ?? [];
  const listed = [...list.matchAll(/`\$(\w+)`/g)].map(([, name]) => name ?? "");
  expect(listed.toSorted()).toEqual(Object.keys(allowedFunctions).toSorted());
});
