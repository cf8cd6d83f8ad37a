import { describe, expect, it } from "vitest";
import { functionFiles } from "#infra/function-files.ts";
import { emptyOutputs } from "#test/empty-outputs.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { startReceiver } from "#test/receiver.ts";
import { type Call, startService } from "#test/service.ts";

const receiver = await startReceiver();
const settings = {
  API_KEY: "any",
  READS_OPEN: "false",
  RATE_LIMIT_PER_MINUTE: "1000",
  EGRESS_ALLOW: receiver.address,
};
const closed = await startService({ settings });
/** Each call has a key of its own: every function that may look one up, note its use and count requests does so. */
const service = {
  ...closed,
  call: async (method: string, path: string, request: Call = {}) =>
    closed.call(method, path, { ...request, headers: { ...request.headers, "x-api-key": await makeApiKey() } }),
};
const json = { source: "api", category: "order", payload: { text: "x".repeat(2_000) } };

/** Calls every route of workflows, so that each reads and writes all that it may. */
async function callWorkflows(headers: Record<string, string>): Promise<void> {
  const path = "/api/v1/workflows";
  const flow = { id: "my-own", name: "Flow", steps: [{ name: "wait", type: "delay", config: { duration: 0 } }] };
  await service.call("POST", path, { json: flow, headers });
  await service.call("POST", path, { json: { ...flow, id: "other" } });
  await service.call("PUT", `${path}/my-own`, { json: { ...flow, name: "Next" }, headers: { "if-match": "*" } });
  for (const command of ["disable", "enable"]) await service.call("POST", `${path}/my-own/${command}`, { headers });
  for (const read of ["?limit=1", "/my-own", "/my-own/versions?limit=1", "/my-own/versions/1"])
    await service.call("GET", `${path}${read}`);
  await service.call("DELETE", `${path}/other`);
}

/** Calls every route of runs, so that each reads and writes all that it may. */
async function callRuns(headers: Record<string, string>): Promise<void> {
  const steps = [
    { name: "wait", type: "delay", config: { duration: 0 } },
    ...["long", "note"].map((name) => {
      return { name, type: "webhook", config: { url: `${receiver.url}/${name}` }, retry: { max_attempts: 1 } };
    }),
  ];
  await service.call("POST", "/api/v1/workflows", { json: { id: "runs", name: "Runs", steps } });
  // One output lies in the bucket, and one makes the head too long for its journal.
  receiver.reply = ({ path }) => ({ body: JSON.stringify("x".repeat(path === "/long" ? 40_000 : 2_000)) });
  const trigger = async (payload: object) =>
    (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "runs", payload }, headers: {} })).body
      .run_id;
  await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "runs" }, headers });
  const id = await trigger({ long: "x".repeat(2_000) });
  await service.settle();
  for (const read of ["?limit=1", "?workflow_id=runs", `/${id}`, `/${id}/timeline?limit=1`, `/${id}/timeline`])
    await service.call("GET", `/api/v1/runs${read}`);
  // Only who may list is told that an output is gone; anybody else is refused, as if it were not theirs.
  await emptyOutputs(service);
  for (const read of [`/${id}`, `/${id}/timeline`])
    expect((await service.call("GET", `/api/v1/runs${read}`)).status).toBe(200);
  await service.call("POST", `/api/v1/runs/${id}/retry`, { json: { from: "start", payload: { n: 1 } }, headers });
  // A paused run whose outputs are long, and lie elsewhere: every command shows them.
  const waiting = [...steps, { name: "rest", type: "delay", config: { duration: "PT10M" } }];
  await service.call("POST", "/api/v1/workflows", { json: { id: "waits", name: "Waits", steps: waiting } });
  const rests = (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: "waits" } })).body.run_id;
  await service.settle();
  for (const command of ["pause", "resume", "cancel"])
    await service.call("POST", `/api/v1/runs/${rests}/${command}`, { headers });
  await service.call("POST", `/api/v1/runs/${rests}/retry`, { headers });
  await service.call("POST", `/api/v1/runs/${rests}/cancel`);
  receiver.reply = () => ({ status: 500 });
  await trigger({});
  await service.settle();
  const redrive = await service.call("POST", "/api/v1/runs/redrive", { json: { workflow_id: "runs" }, headers });
  await service.call("GET", redrive.headers.get("location") ?? "");
  await service.settle();
  await service.call("DELETE", `/api/v1/runs/${rests}`, { headers });
}

/** Calls every route of subscriptions, while runs happen, so that each reads and writes all that it may. */
async function callSubscriptions(headers: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const path = "/api/v1/subscriptions";
  const subscription = { url: `${receiver.url}/events`, workflow_id: "runs" };
  const { id } = (await service.call("POST", path, { json: { url: subscription.url }, headers })).body;
  await work();
  await service.settle();
  for (const read of ["?limit=1", `/${id}`]) await service.call("GET", `${path}${read}`);
  const log = `${path}/${id}/deliveries`;
  const [delivery] = (await service.call("GET", `${log}?limit=1`)).body.items;
  await service.call("POST", `${log}/${delivery.id}/redeliver`, { headers });
  await service.call("PUT", `${path}/${id}`, { json: subscription, headers: { "if-match": "*" } });
  await service.call("POST", `${path}/${id}/rotate-secret`, { headers });
  await service.settle();
  await service.call("DELETE", `${path}/${id}`);
}

/** Every call of a definition, with all that each may need. */
async function definitionCalls(headers: Record<string, string>) {
  const states = [
    { id: "open", is_initial: true },
    { id: "closed", is_final: true },
  ];
  const actions = [{ id: "close", from_states: ["open"], to_state: "closed" }];
  const path = "/api/definitions/granted";
  await service.call("POST", "/api/definitions", { json: { id: "granted", states, actions }, headers });
  await service.call("PUT", path, { json: { name: "Next", states, actions }, headers: { "if-match": '"1"' } });
  for (const part of ["states/closed", "actions/close", "states/gone", "actions/gone"])
    for (const verb of ["disable", "enable"])
      await service.call("POST", `${path}/${part}/${verb}`, { headers: { "idempotency-key": `${part} ${verb}` } });
  for (const read of ["", "/diagram", "/versions?limit=1", "/versions/1", "/diff"])
    await service.call("GET", path + read);
  await service.call("GET", "/api/definitions?limit=1");
  const { body: instance } = await service.call("POST", "/api/instances", {
    json: { definition_id: "granted" },
    headers,
  });
  await service.call("DELETE", path);
  await service.call("POST", `/api/instances/${instance.id}/actions/close`, { headers });
  await service.call("DELETE", path);
}

/** Every call of an instance, with all that each may need. */
async function instanceCalls(headers: Record<string, string>) {
  const states = [
    { id: "open", is_initial: true, deadline: { after: 60 } },
    { id: "next", deadline: { after: 60 } },
    { id: "closed", is_final: true },
  ];
  const go = { id: "go", from_states: ["open", "next"], to_state: "next" };
  const actions = [go, { id: "close", from_states: ["*"], to_state: "closed" }];
  await service.call("POST", "/api/definitions", { json: { id: "timed", states, actions }, headers });
  const start = async () =>
    (await service.call("POST", "/api/instances", { json: { definition_id: "timed" }, headers: {} })).body.id;
  const [id, other] = [await start(), await start()];
  for (let turn = 0; turn < 12; turn++) {
    const json = { comment: "c".repeat(turn === 0 ? 500 : 100) }; // one that is long, and more than a head holds
    await service.call("POST", `/api/instances/${id}/actions/go`, { json, headers: turn === 0 ? headers : {} });
  }
  await service.call("POST", `/api/instances/${id}/comments`, { json: { comment: "x" }, headers });
  for (const part of ["", "/actions", "/history?limit=1", "/history?limit=50", "/diagram"])
    await service.call("GET", `/api/instances/${id}${part}`);
  for (const query of ["limit=1", "definition_id=timed"]) await service.call("GET", `/api/instances?${query}`);
  const later = { ...states[1], deadline: { after: 120 } };
  for (const [version, json] of [
    { name: "timed", states: [states[0], later, states[2]], actions },
    { name: "timed", states: [states[0], { ...states[1], is_final: true }, states[2]], actions: [actions[1]] },
  ].entries())
    await service.call("PUT", "/api/definitions/timed", { json, headers: { "if-match": `"${version + 1}"` } });
  for (const definition_version of [2, 3])
    await service.call("POST", `/api/instances/${id}/migrate`, {
      json: { definition_version },
      headers: { "idempotency-key": `migrate ${definition_version}` },
    });
  await service.call("DELETE", `/api/instances/${id}`);
  await service.call("POST", `/api/instances/${other}/actions/close`);
  const { body } = await service.call("GET", "/api/definitions/timed");
  await service.call("DELETE", "/api/definitions/timed");
  await service.call("POST", "/api/instances", { json: { definition_id: body.definition_id } });
  await service.call("GET", "/reports/instances?definition_id=timed");
  await service.call("GET", "/api/health");
}

/** Every call of a work item, with all that each may need. */
async function itemCalls(headers: Record<string, string>) {
  const description = json.payload.text;
  const { id } = (await service.call("POST", "/workflow_items", { json: { title: "x", description }, headers })).body;
  const put = (change: object, ifMatch = "*") =>
    service.call("PUT", `/workflow_items/${id}`, { json: change, headers: { "if-match": ifMatch } });
  await put({ title: "" });
  for (const text of ["short", description, null]) await put({ description: text });
  for (const read of ["", "/history?limit=1"]) await service.call("GET", `/workflow_items/${id}${read}`);
  for (let turn = 0; turn < 12; turn++) await put({ assignee: `${"a".repeat(60)} ${turn}` }); // more than a head holds
  for (const query of ["limit=1", "assignee=b", "title=x"]) await service.call("GET", `/workflow_items?${query}`);
  await service.call("GET", `/workflow_items/${id}/history`);
  await service.call("POST", "/workflow_items/transitions", { json: [{ id, status: "CANCELLED" }], headers });
  await service.call("GET", "/reports/items");
  for (const ifMatch of ["1", "*"])
    await service.call("DELETE", `/workflow_items/${id}`, { headers: { "if-match": ifMatch } });
}

describe("least privilege", () => {
  it("every function is granted what it does, and nothing it does not do", async () => {
    const keyed = { "idempotency-key": "k" };
    const { id } = (await service.call("POST", "/records", { json, headers: keyed })).body;
    await service.call("POST", "/records", { json: { ...json, payload: {} } });
    await service.call("POST", "/records/batch", { json: [json], headers: keyed });
    await service.call("GET", `/records/${id}`);
    await service.call("POST", `/records/${id}/process`, { headers: keyed });
    const verification = await service.call("POST", "/reports/verify", { json: {}, headers: keyed });
    await service.call("GET", verification.headers.get("location") ?? "");
    await service.call("DELETE", `/records/${id}`);
    const many = Array.from({ length: 30 }, () => service.call("POST", "/records", { json: { ...json, payload: {} } }));
    await Promise.all(many); // more than one step of a job
    const job = await service.call("POST", "/records/process", { json: {}, headers: keyed });
    await service.call("GET", job.headers.get("location") ?? "");
    for (const query of ["limit=1", "category=order", "status=pending"]) await service.call("GET", `/records?${query}`);
    await service.call("GET", "/reports/timeseries");
    for (const query of ["", "date_from=2020-01-01"]) await service.call("GET", `/reports/summary?${query}`);
    for (const path of ["runs", "runs/timeseries"]) await service.call("GET", `/reports/${path}?workflow_id=my-own`);
    const preview = { expression: "1", data: {} };
    await service.call("POST", "/api/v1/expressions/preview", { json: preview, headers: keyed });
    await callWorkflows(keyed);
    await callSubscriptions(keyed, () => callRuns(keyed));
    await service.call("PUT", "/api/v1/secrets/TOKEN", { json: { value: "a-value-of-some" } });
    await service.call("GET", "/api/v1/secrets");
    await service.call("DELETE", "/api/v1/secrets/TOKEN");
    await definitionCalls(keyed);
    await instanceCalls(keyed);
    await itemCalls(keyed);
    for (const path of ["/health", "/version", "/docs", "/docs/start.js", "/openapi.json", "/nothing"])
      await service.call("GET", path);
    await service.settle();
    const { grantsByFunction, actionsByFunction } = service.usage;
    expect(Object.keys(grantsByFunction)).toHaveLength(Object.keys(functionFiles()).length);
    const wrong: string[][] = [];
    for (const [name, grants] of Object.entries(grantsByFunction)) {
      const used = new Set(Object.keys(actionsByFunction[name] ?? {}));
      const unused = grants.filter((grant) => !grant.startsWith("logs:") && !used.has(grant));
      // Poison, dead letters, what is overdue and what is cleared away are tested elsewhere; the others belong to the
      // mapping, or to repairs and when time is short.
      const elsewhere = {
        StreamAggregate: ["dynamodb:PutItem", "dynamodb:ListStreams"],
        StreamPublish: ["dynamodb:ListStreams", "s3:ListBucket"],
        WorkerAdvance: [
          "sqs:GetQueueAttributes",
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem",
          "ssm:GetParameters",
          "s3:GetObject",
          "s3:DeleteObject",
          "s3:ListBucket",
        ],
        WorkerDeadLetters: [
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "sqs:SendMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
        ],
        ScheduleSweep: [
          "dynamodb:GetItem",
          "dynamodb:BatchGetItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:Query",
          "sqs:SendMessage",
          "sqs:GetQueueAttributes",
        ],
        ItemsTransitions: ["dynamodb:DeleteItem"],
      };
      const allowed = Object.entries(elsewhere).find(([part]) => name.includes(part))?.[1] ?? [];
      const idle = unused.filter((grant) => !allowed.includes(grant));
      if (idle.length > 0) wrong.push([name, ...idle]);
    }
    expect(wrong).toEqual([]);
  });
});

describe("CORS", () => {
  it("a preflight is answered, for the methods and headers the API takes", async () => {
    const preflight = await fetch(`${service.url}/records`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-api-key");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("answers expose the headers that clients need", async () => {
    const answer = await service.call("GET", "/records", { headers: { origin: "https://app.example" } });
    const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
    for (const name of ["etag", "location", "link", "retry-after", "x-request-id"]) expect(exposed).toContain(name);
  });
});
