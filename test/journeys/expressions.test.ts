// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is tested here
import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { attackData, attacks } from "../runtime/expressions/attacks.ts";

const service = await startService();
const preview = (json: unknown) => service.call("POST", "/api/v1/expressions/preview", { json });
const data = {
  payload: {
    user: "ada",
    items: [
      { price: 5, qty: 2 },
      { price: 1, qty: 3 },
    ],
  },
};

describe("POST /api/v1/expressions/preview", () => {
  it.each<[string, object, unknown]>([
    ["an expression", { expression: "$sum(payload.items.(price * qty))" }, 13],
    ["an expression that gives null", { expression: "null" }, null],
    ["a path", { template: "{{ payload.items[1] }}" }, { price: 1, qty: 3 }],
    ["a template", { template: { a: ["Hi ${user}", "{% payload.items.qty %}"] } }, { a: ["Hi ada", [2, 3]] }],
    ["a value without templates", { template: null }, null],
  ])("200 with what %s gives, of its type", async (_, asked, result) => {
    expect(await preview({ ...asked, data })).toMatchObject({ status: 200, body: { result } });
  });

  it.each<[string, object, string, string]>([
    [
      "a function that is not offered",
      { expression: "1 + $now()" },
      "expression",
      "calls $now, which is not offered (near",
    ],
    ["bad syntax", { expression: "payload." }, "expression", "(near character 8)"],
    ["what is not there", { expression: "payload.nope" }, "expression", "gives nothing"],
    [
      "a path that is not there",
      { template: { a: ["{{ payload.b }}"] } },
      "template.a.0",
      "payload is an object with user, items",
    ],
    ["a template that cannot be read", { template: "{{ a b }}" }, "template", "not a path"],
    ["an expression in a template", { template: ["{% $random() %}"] }, "template.0", "calls $random"],
    ["neither", {}, "", "either expression or template"],
    ["both", { expression: "1", template: 1 }, "", "either expression or template"],
    ["an expression that is no text", { expression: 1 }, "expression", "must be a text"],
  ])("422 with the place and the reason for %s", async (_, asked, path, message) => {
    const answer = await preview({ ...asked, data });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    expect(answer.body.errors[0]).toEqual({ path, message: expect.stringContaining(message) });
  });

  it("422 without data, and for data that is no object", async () => {
    for (const sent of [undefined, null, 1, []]) {
      expect(await preview({ expression: "1", data: sent })).toMatchObject({ status: 422 });
    }
  });

  it("413 over 64 KiB", async () => {
    expect(await preview({ expression: "1", data: { text: "x".repeat(65_536) } })).toMatchObject({ status: 413 });
  });

  it("the same with an Idempotency-Key, though it keeps nothing", async () => {
    const request = { json: { expression: "1", data }, headers: { "idempotency-key": "k" } };
    for (let time = 0; time < 2; time++) {
      const answer = await service.call("POST", "/api/v1/expressions/preview", request);
      expect(answer).toMatchObject({ status: 200, body: { result: 1 } });
      expect(answer.headers.get("idempotency-replayed")).toBeNull();
    }
  });
});

describe("attacks on the service", () => {
  const sendable = Object.entries(attacks).flatMap(([kind, expressions]) =>
    expressions.flatMap((each): [string, string][] =>
      typeof each === "string" && each.length < 10_000 && each.isWellFormed() ? [[kind, each]] : [],
    ),
  );

  it("are enough", () => {
    expect(sendable.length).toBeGreaterThanOrEqual(60);
  });

  it.each(sendable)("422, and an answer right after: %s: %s", async (_, expression) => {
    const answer = await preview({ expression, data: attackData });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    expect(await preview({ expression: "1 + 1", data: {} })).toMatchObject({ status: 200, body: { result: 2 } });
  });

  it("422 each, when many come at once", async () => {
    const costly = "$count(items.($$.items.($$.items.p)))";
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        preview(n % 2 === 0 ? { expression: costly, data: attackData } : { expression: `${n}`, data: {} }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, n) => (n % 2 === 0 ? 422 : 200)));
  });
});
