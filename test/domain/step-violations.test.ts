// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are what is tested here
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StepJudges, stepViolations } from "#domain/step-violations.ts";

const open: StepJudges = { urlRefusal: () => null, headerRefusal: () => null, expressionViolations: () => [] };
const delay = { name: "wait", type: "delay", config: { duration: 2 } };
const webhook = (config: object) => ({
  name: "notify",
  type: "webhook",
  config: { url: "https://a.example/", ...config },
});
const told = (steps: unknown, judges: Partial<StepJudges> = {}) =>
  stepViolations(steps, { ...open, ...judges }).map(({ path, message }) => `${path} ${message}`);

describe("the steps of a definition", () => {
  it("are in order when every configuration is one of its type", () => {
    const headers = { "content-type": "application/json" };
    expect(told([delay, webhook({ method: "put", headers, body: { a: [1] }, success_codes: [200, "3xx"] })])).toEqual(
      [],
    );
  });

  it.each([[undefined], [null], ["steps"], [[null, 1, "x", []]], [[{ name: 1, type: {}, config: [] }]]])(
    "of no shape at all are told elsewhere: %j",
    (steps) => {
      expect(told(steps)).toEqual([]);
    },
  );

  it("have a name each", () => {
    expect(told([delay, { ...delay, name: "other" }, delay, delay])).toEqual([
      "steps.2.name is that of steps.0 already",
      "steps.3.name is that of steps.0 already",
    ]);
  });

  it.each([
    [{ ...delay, config: {} }, "steps.0.config.duration"],
    [{ ...delay, config: undefined }, "steps.0.config.duration"],
    [{ ...delay, config: { duration: "soon" } }, "steps.0.config.duration"],
    [{ ...delay, config: { duration: -1 } }, "steps.0.config.duration"],
    [webhook({ url: undefined }), "steps.0.config.url"],
    [webhook({ url: 7 }), "steps.0.config.url"],
    [webhook({ method: "FETCH" }), "steps.0.config.method"],
    [webhook({ headers: { a: {} } }), "steps.0.config.headers.a"],
    [webhook({ success_codes: ["ok"] }), "steps.0.config.success_codes.0"],
  ])("are refused with a configuration that their type cannot use: %j", (step, path) => {
    expect(stepViolations([step], open).map((violation) => violation.path)).toEqual([path]);
  });

  const codes = 'a list of 1 to 50 statuses, such as [200, "3xx", "500-504"]';
  const code = "a status such as 204, a class such as 2xx, or a range such as 500-504, the lower one first";
  const methods = "one of GET, HEAD, POST, PUT, PATCH, DELETE";
  const header = "a text, a number, true or false";
  const headers = 'an object of names and texts, such as {"X-Team": "billing"}';
  const url = "a URL, such as https://api.example.com/orders";
  it.each([
    [
      { ...delay, config: {} },
      /^steps\.0\.config\.duration (is missing: it )?must be seconds, such as 2, or an ISO 8601 duration/,
    ],
    [webhook({ url: undefined }), `steps.0.config.url must be ${url}`],
    [webhook({ url: "" }), `steps.0.config.url must be ${url}`],
    [webhook({ url: "x".repeat(2_049) }), "steps.0.config.url must be at most 2048 characters"],
    [webhook({ method: 7 }), `steps.0.config.method must be ${methods}`],
    [webhook({ method: "FETCH" }), `steps.0.config.method must be ${methods}`],
    [webhook({ headers: ["a"] }), `steps.0.config.headers must be ${headers}`],
    [webhook({ headers: { "X-A": null } }), `steps.0.config.headers.X-A must be ${header}`],
    [webhook({ headers: { "X-A": {} } }), `steps.0.config.headers.X-A must be ${header}`],
    [webhook({ success_codes: 200 }), `steps.0.config.success_codes must be ${codes}`],
    [webhook({ success_codes: [] }), `steps.0.config.success_codes must be ${codes}`],
    [webhook({ success_codes: Array(51).fill(200) }), `steps.0.config.success_codes must be ${codes}`],
    [webhook({ success_codes: [99] }), `steps.0.config.success_codes.0 must be ${code}`],
    [webhook({ success_codes: ["ok"] }), `steps.0.config.success_codes.0 must be ${code}`],
    [webhook({ success_codes: ["500-200"] }), `steps.0.config.success_codes.0 must be ${code}`],
  ])("are told what they must be: %j", (step, message) => {
    expect(told([step])).toEqual([typeof message === "string" ? message : expect.stringMatching(message)]);
  });

  it("may take any range of statuses that has one in it", () => {
    expect(told([webhook({ success_codes: ["200-200", "100-599", "304-500"] })])).toEqual([]);
  });

  it("with a header that is an object are refused, also one that no text can be made of", () => {
    expect(told([webhook({ headers: { a: { toString: "" }, b: [{ toString: "" }] } })])).toEqual([
      expect.stringMatching(/^steps\.0\.config\.headers\.a /),
      expect.stringMatching(/^steps\.0\.config\.headers\.b /),
    ]);
  });

  it("are judged whatever they are, and nothing is thrown", () => {
    const text = fc.constantFrom(
      "",
      "delay",
      "webhook",
      "{{ payload.a }}",
      "{{",
      "{% a %}",
      "__proto__",
      "https://a/{{ x }}",
    );
    const member = fc.constantFrom("name", "type", "config", "url", "headers", "duration", "success_codes", "toString");
    const any = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        text,
        fc.constantFrom(null, true, 0, -1),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(member, tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    const step = fc.record({ name: any, type: fc.constantFrom("delay", "webhook", "toString"), config: any });
    fc.assert(
      fc.property(fc.oneof(any, fc.array(step, { maxLength: 3 })), (steps) => {
        const violations = stepViolations(JSON.parse(JSON.stringify(steps)), open);
        for (const { path, message } of violations) expect([path, message]).not.toContain("");
      }),
      { numRuns: 1_000 },
    );
  });

  it("tell all that is wrong at once", () => {
    const judges = {
      ...open,
      urlRefusal: () => "must lead to a public address",
      headerRefusal: () => "must not be set",
    };
    const bad = webhook({ headers: { host: "x" }, method: "FETCH", body: "{{ steps.notify.output }} {{ }}" });
    const paths = stepViolations([bad, { ...bad, config: {} }], judges).map(({ path }) => path);
    expect(paths).toEqual([
      "steps.0.config.method",
      "steps.0.config.body",
      "steps.0.config.body",
      "steps.0.config.url",
      "steps.0.config.headers.host",
      "steps.1.name",
      "steps.1.config.url",
    ]);
  });
});

describe("a template in a configuration", () => {
  it.each([
    [{ ...delay, config: { duration: "{{ payload.seconds }}" } }],
    [{ ...delay, config: { duration: "{% payload.seconds * 2 %}" } }],
    [{ ...delay, config: { duration: "$" + "{seconds}" } }],
    [webhook({ method: "{{ payload.method }}" })],
    [webhook({ url: "{{ payload.url }}" })],
    [webhook({ headers: "{{ payload.headers }}" })],
    [webhook({ success_codes: "{{ payload.codes }}" })],
    [webhook({ success_codes: ["{{ payload.code }}", 200] })],
  ])("may become what the type wants: %j", (step) => {
    expect(told([step])).toEqual([]);
  });

  it.each([
    [{ ...delay, config: { duration: ["{{ payload.seconds }}"] } }, "steps.0.config.duration"],
    [webhook({ success_codes: { any: "{{ payload.code }}" } }), "steps.0.config.success_codes"],
    [webhook({ headers: ["{{ payload.header }}"] }), "steps.0.config.headers"],
    [webhook({ success_codes: ["{{ payload.code }}", "ok"] }), "steps.0.config.success_codes.1"],
  ])("makes no text or number of an object or array, nor mends its neighbour: %j", (step, path) => {
    expect(stepViolations([step], open).map((violation) => violation.path)).toEqual([path]);
  });

  it.each([
    ["{{ payload }}"],
    ["{{ payload.user.name[0] }}"],
    ["{{ steps.wait.output }}"],
    ["{{ steps.wait.output.message }}"],
    ["{{ steps.wait.status }} {{ steps.wait.error }}"],
    ["{{ run.id }}{{ run.workflow_id }}{{ run.tag }}{{ run.started_at }}{{ run.attempt }}"],
    ["\\{{ anything at all }}"],
    ["$" + "{anything}"],
  ])("may name what is there when it runs: %s", (body) => {
    expect(told([delay, webhook({ body: [{ text: body }] })])).toEqual([]);
  });

  it.each([
    ["{{ env.HOME }}", /names env\.HOME: a path begins with payload, steps, run or secrets/],
    ["{{ steps }}", /before it come wait/],
    ["{{ steps.wait }}", /of a step there are steps\.wait\.output/],
    ["{{ steps.wait.config }}", /of a step there are/],
    ["{{ steps.notify.output }}", /names steps\.notify\.output, which is no earlier step: before it come wait/],
    ["{{ steps.later.output }}", /no earlier step/],
    ["{{ steps.missing.output }}", /no earlier step/],
    ["{{ steps.toString.output }}", /no earlier step/],
    ["{{ run }}", /of the run there are run\.id/],
    ["{{ run.version }}", /of the run there are run\.id/],
    ["{{ run.tag.length }}", /of the run there are run\.id/],
    ["{{ secrets.TOKEN }}", /a secret may stand in the value of a webhook's header alone/],
    ["{{ payload.__proto__ }}", /no path may have the name __proto__/],
    ["{{ payload", /not closed/],
    ["{{ a b }}", /not a path/],
  ])("may not name %s", (body, message) => {
    const [violation, ...others] = stepViolations([delay, webhook({ body }), { ...delay, name: "later" }], open);
    expect(violation).toEqual({ path: "steps.1.config.body", message: expect.stringMatching(message) });
    expect(others).toEqual([]);
  });

  it("of the first step names no step, and says why", () => {
    expect(told([webhook({ body: "{{ steps.notify.output }}" })])[0]).toMatch(/this is the first$/);
  });

  it("may put a secret into a header of a webhook, within a longer text too", () => {
    expect(told([webhook({ headers: { authorization: "Bearer {{ secrets.API_TOKEN }}" } })])).toEqual([]);
  });

  it.each([
    [webhook({ headers: { a: "{{ secrets.lower }}" } }), /a secret is named as in secrets\.API_TOKEN/],
    [webhook({ headers: { a: "{{ secrets.A.length }}" } }), /a secret is named as in/],
    [webhook({ url: "https://a.example/?key={{ secrets.KEY }}" }), /header alone/],
    [webhook({ headers: "{{ secrets.KEY }}" }), /header alone/],
    [{ ...delay, config: { duration: 1, headers: { a: "{{ secrets.KEY }}" } } }, /header alone/],
    [{ name: "a", type: "nothing", config: { headers: { a: "{{ secrets.KEY }}" } } }, /header alone/],
  ])("may put a secret nowhere else: %j", (step, message) => {
    expect(told([step])).toEqual([expect.stringMatching(message)]);
  });
});

describe("a step with a secret in a header", () => {
  const headers = { "X-Team": "{{ payload.team }}", Authorization: "Bearer {{ secrets.API_TOKEN }}" };

  it.each([
    ["https://a.example"],
    ["https://a.example/v1/{{ payload.id }}?x={{ payload.q }}"],
    ["https://a.example:8443?{{ payload.q }}"],
    ["HTTPS://a.example#{{ payload.q }}"],
    ["https://a.example/\\{{ payload.id }}"],
  ])("may say where it leads: %s", (url) => {
    expect(told([webhook({ url, headers })])).toEqual([]);
  });

  it.each([
    ["{{ payload.url }}"],
    ["{{ payload.base }}/v1"],
    ["${base}/v1"],
    ["{% payload.url %}"],
    ["{{ payload.scheme }}://a.example/"],
    ["https://{{ payload.host }}/"],
    ["https://a.example{{ payload.tail }}/v1"],
    ["https://a.example:{{ payload.port }}/"],
    ["https://a.example\\\\{{ payload.tail }}/"],
    ["https:/{{ payload.tail }}"],
    ["https:a.example/{{ payload.tail }}"],
  ])("may not leave that to who triggers it: %s", (url) => {
    expect(told([webhook({ url, headers })])).toEqual([
      expect.stringMatching(/^steps\.0\.config\.url must have its scheme, host and port written out/),
    ]);
    expect(told([webhook({ url, headers: { "X-Team": "{{ payload.team }}" } })])).toEqual([]);
  });
});

describe("a header of a webhook", () => {
  it.each([["webhook-id"], ["Webhook-Signature"], ["WEBHOOK-X"]])(
    "may not be one of the signature, whatever its value: %s",
    (name) => {
      for (const value of ["x", 7, "{{ payload.a }}", "{% payload.a %}"]) {
        expect(told([webhook({ headers: { [name]: value } })])).toEqual([
          `steps.0.config.headers.${name} must not be set: the service signs what it sends, with webhook-id, webhook-timestamp and webhook-signature`,
        ]);
      }
    },
  );

  it("may be the caller's own Idempotency-Key, but not one that differs between attempts", () => {
    const key = (value: string) => told([webhook({ headers: { "Idempotency-Key": value } })]);
    expect(key("{{ payload.order }}-{{ run.id }}")).toEqual([]);
    expect(key("order-{{ run.attempt }}")).toEqual([
      "steps.0.config.headers.Idempotency-Key names run.attempt: the key must be the same for all attempts",
    ]);
    expect(told([webhook({ headers: { "X-Attempt": "{{ run.attempt }}" } })])).toEqual([]);
  });
});

describe("an expression in a configuration", () => {
  const named = [["payload", "a"], ["steps", "wait", "output"], ["steps", "notify"], ["secrets", "TOKEN"], ["env"]];

  it("is judged by the rules of templates, but that it may read no secret, in a header neither", () => {
    const judged: string[] = [];
    const expressionViolations: StepJudges["expressionViolations"] = (_, at, allowsReference) => {
      judged.push(at);
      if (at !== "steps.1.config") return [];
      const messages = named.map((path) => allowsReference(path, `${at}.headers.a`));
      return messages.filter((message) => message !== null).map((message) => ({ path: at, message }));
    };
    expect(told([delay, webhook({ headers: { a: "{% any %}" } })], { expressionViolations })).toEqual([
      expect.stringMatching(/names steps\.notify, which is no earlier step/),
      expect.stringMatching(/names secrets\.TOKEN: a secret may stand/),
      expect.stringMatching(/names env: a path begins with/),
    ]);
    expect(judged).toEqual(["steps.0.config", "steps.1.config"]);
  });
});

describe("the destination of a step", () => {
  const asked: string[] = [];
  const guard = {
    urlRefusal: (url: string) => {
      asked.push(`url ${url}`);
      return "must lead to a public address";
    },
    headerRefusal: (name: string, value: string) => {
      asked.push(`${name}: ${value}`);
      return name === "host" ? "must not be set: it is the sender's own" : null;
    },
  };
  const refusedUrl = "steps.0.config.url must lead to a public address";

  it.each([
    ["http://10.0.0.1/x", ["url http://10.0.0.1/x"]],
    ["http://internal/{{ payload.path }}", ["url http://internal/"]],
    ["http://internal?{{ payload.path }}", ["url http://internal?"]],
    ["http://internal/\\{{x}}", ["url http://internal/{{x}}"]],
  ])("is judged by what is known of %s", (url, expected) => {
    asked.length = 0;
    expect(told([webhook({ url })], guard)).toEqual([refusedUrl]);
    expect(asked).toEqual(expected);
  });

  it.each([
    ["{{ payload.url }}"],
    ["https://{{ payload.host }}/"],
    ["https://a.example{{ payload.rest }}"],
    ["{% payload.url %}"],
  ])("is judged when it runs, where %s is not known before", (url) => {
    asked.length = 0;
    expect(told([webhook({ url })], guard)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("may not have headers that are refused, whatever their value", () => {
    asked.length = 0;
    const headers = {
      host: "{{ payload.host }}",
      "x-name": "Bearer {{ secrets.TOKEN }}",
      "x-count": 7,
      "x-e": "{% 1 %}",
    };
    expect(told([webhook({ headers })], guard)).toEqual([
      "steps.0.config.url must lead to a public address",
      "steps.0.config.headers.host must not be set: it is the sender's own",
    ]);
    expect(asked.slice(1)).toEqual(["host: ", "x-name: Bearer ", "x-count: 7", "x-e: "]);
  });
});
