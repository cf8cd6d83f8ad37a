import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openapiDocument } from "#contract/openapi.ts";
import { stepInput, stepView } from "#contract/step-fields.ts";
import { stepViolations } from "#domain/step-violations.ts";
import { delay } from "#domain/steps/delay.ts";
import { stepTypeNames } from "#domain/steps/step-types.ts";
import { webhook } from "#domain/steps/webhook.ts";

type Schemas = Record<string, { properties: Record<string, object>; description?: string }>;
const document = JSON.parse(JSON.stringify(openapiDocument({ version: "test" }))) as {
  components: { schemas: Schemas };
};
const { schemas } = document.components;
const ajv = new Ajv2020({ strict: false }).addSchema(document, "openapi");
for (const format of ["uuid", "date-time", "date"]) ajv.addFormat(format, true);
const conforms = (name: string, value: unknown) =>
  ajv.getSchema(`openapi#/components/schemas/${name}`)?.(JSON.parse(JSON.stringify(value))) as boolean;

const judges = { urlRefusal: () => null, headerRefusal: () => null, expressionViolations: () => [] };
/** True for a step that is stored when it is sent. */
const isTaken = (step: object) => stepInput.safeParse(step).success && stepViolations([step], judges).length === 0;
const url = "https://example.com/hook";
const step = (type: string, config: unknown) => ({ name: "tell", type, config });

describe("the document's schema of a step", () => {
  it("has a configuration for each type, of that type's own members", () => {
    for (const name of stepTypeNames)
      expect(schemas).toHaveProperty(name === "delay" ? "DelayConfig" : "WebhookConfig");
    expect(Object.keys(schemas.DelayConfig?.properties ?? {})).toEqual(["duration"]);
    const members = ["url", "method", "headers", "body", "success_codes"];
    expect(Object.keys(schemas.WebhookConfig?.properties ?? {})).toEqual(members);
    for (const member of members) expect(schemas.WebhookConfig?.properties[member]).toHaveProperty("description");
  });

  it.each([
    step("delay", { duration: 2 }),
    step("delay", { duration: "{{ payload.wait }}" }),
    step("webhook", { url, unknown: [1] }),
    step("webhook", {
      url: `${url}/{{ payload.id }}`,
      method: "{{ payload.method }}",
      headers: "{{ payload.headers }}",
    }),
    step("webhook", { url: "{% payload.url %}", success_codes: ["{{ payload.code }}", 204, "3xx"] }),
    step("webhook", {
      url: `${url}/${"{{ payload.id }}".padEnd(2_048)}`,
      body: { any: [null, true, "{{ payload }}"] },
    }),
    step("webhook", { url, success_codes: Array(51).fill("{{ payload.code }}") }),
    step("webhook", { url, headers: { "X-Count": 7, "X-On": true, "X-Name": "{{ payload.name }}" } }),
  ])("takes what is taken: %j", (taken) => {
    expect(isTaken(taken)).toBe(true);
    expect(conforms("StepInput", taken)).toBe(true);
  });

  it.each([
    step("delay", {}),
    step("delay", null),
    step("delay", { duration: true }),
    step("delay", { duration: ["{{ payload.wait }}"] }),
    step("webhook", { duration: 2 }),
    step("webhook", { url: "" }),
    step("webhook", { url: ["{{ payload.url }}"] }),
    step("webhook", { url, headers: ["{{ payload.name }}"] }),
    step("webhook", { url, headers: "none" }),
    step("webhook", { url, success_codes: [99] }),
    step("webhook", { url, success_codes: "2xx" }),
    step("email", { url }),
  ])("takes nothing that is refused for its shape: %j", (refused) => {
    expect(isTaken(refused)).toBe(false);
    expect(conforms("StepInput", refused)).toBe(false);
  });

  it("takes every step that is stored, as it was sent and as it is answered", () => {
    const text = fc.constantFrom(
      "2xx",
      "",
      "PT5S",
      "{{ payload.a }}",
      "a {{ run.id }}",
      "{% payload.a %}",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the template under test
      "${a}",
      url,
    );
    const leaf = fc.oneof(text, text, fc.integer({ min: -5, max: 700 }), fc.boolean(), fc.constant(null));
    const any = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(text, leaf, { maxKeys: 2 }));
    const members = {
      duration: any,
      url: fc.oneof(text, any),
      method: any,
      headers: any,
      success_codes: any,
      body: any,
    };
    const config = fc.oneof(
      fc.record(members, { requiredKeys: [] }),
      fc.record({ ...members, url: fc.constant(url), method: fc.constant("PUT") }, { requiredKeys: ["url"] }),
      fc.record({ duration: fc.oneof(fc.constant(3), text) }),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...stepTypeNames), config, (type, made) => {
        const sent = step(type, made);
        if (!isTaken(sent)) return;
        taken++;
        expect(conforms("StepInput", sent)).toBe(true);
        expect(conforms("Step", stepView(stepInput.parse(sent)))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });
});

describe("the document's schema of an output", () => {
  const answered = { kind: "response", status: 200, headers: {}, truncated: false } as const;
  const settle = (config: object, result: object) =>
    webhook.settle(webhook.config.parse({ url, ...config }), { kind: "http", result } as never, 0);

  it("takes what each type puts out", () => {
    const waited = delay.settle(delay.config.parse({ duration: "PT1S" }), { kind: "waited" }, 0);
    const told = [
      waited,
      settle({}, { ...answered, body: '{"a": 1}' }),
      settle({ method: "GET" }, { ...answered, body: "" }),
      settle({}, { ...answered, body: '{"a"', truncated: true }),
    ];
    for (const outcome of told) {
      expect(outcome.ok).toBe(true);
      expect(conforms("StepOutput", outcome.ok && outcome.output)).toBe(true);
    }
    expect(told.at(-1)).toMatchObject({ output: { response_data: '{"a"', truncated: true } });
    expect(conforms("StepOutput", { type: "webhook", status_code: 200 })).toBe(false);
  });

  it("says that a long answer is cut, and is a success, and how long a Retry-After is waited for", () => {
    expect(schemas.WebhookOutput?.description).toMatch(/64 KiB .* the step is a success/);
    expect(schemas.WebhookConfig?.description).toMatch(/`Retry-After` .* 24 hours at most/);
  });
});
