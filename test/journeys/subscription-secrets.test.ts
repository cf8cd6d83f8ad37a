import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { disturbed } from "#test/disturbed.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({
  settings: { API_KEY: "admin-of-all", LOG_LEVEL: "DEBUG", EGRESS_ALLOW: receiver.address },
  clock: "virtual",
  faults: {},
});
const written: string[] = [];
const path = "/api/v1/subscriptions";
const json = { url: `${receiver.url}/events?token=planted-url-token` };
const call = (method: string, at: string, more: { json?: unknown; headers?: Record<string, string> } = {}) =>
  service.call(method, at, { ...more, headers: { "x-api-key": "admin-of-all", ...more.headers } });

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
});
afterAll(() => vi.restoreAllMocks());

it("every route of subscriptions needs the scope admin", async () => {
  const key = await makeApiKey(["read", "write", "trigger"]);
  const some = "550e8400-e29b-41d4-a716-446655440000";
  const routes = [
    ["POST", path],
    ["GET", path],
    ["GET", `${path}/${some}`],
    ["PUT", `${path}/${some}`],
    ["DELETE", `${path}/${some}`],
    ["POST", `${path}/${some}/rotate-secret`],
    ["GET", `${path}/${some}/deliveries`],
    ["POST", `${path}/${some}/deliveries/${some}/redeliver`],
  ] as const;
  for (const [method, at] of routes) {
    const body = method === "GET" || method === "DELETE" ? {} : { json };
    expect(await service.call(method, at, { ...body, headers: { "x-api-key": key } }), `${method} ${at}`).toMatchObject(
      {
        status: 403,
        body: { code: "forbidden" },
      },
    );
    expect((await service.call(method, at, body)).status).toBe(401);
  }
});

it("a creation whose answers are all lost is made once, and no repeat tells its secret", async () => {
  const send = () => call("POST", path, { json, headers: { "idempotency-key": "lost" } });
  const lost = await disturbed(
    service,
    { decide: ({ action }) => (action === "TransactWriteItems" ? "lostAnswer" : undefined) },
    send,
  );
  expect([201, 503]).toContain(lost.status);
  const repeated = await send();
  expect(repeated).toMatchObject({ status: 201, body: { secret: null } });
  expect((await call("GET", path)).body).toMatchObject({ items: [{ id: repeated.body.id }], total: 1 });
  await call("DELETE", `${path}/${repeated.body.id}`);
});

it("no secret is in a log, in an answer but the one that gives it, or in what is left of it; no URL is in a log", async () => {
  const created = await call("POST", path, { json, headers: { "idempotency-key": "planted" } });
  const { id, secret: first } = created.body;
  const second = (await call("POST", `${path}/${id}/rotate-secret`)).body.secret;
  await service.clock.advance(31_000);
  const steps = [{ name: "wait", type: "delay", config: { duration: 0 } }];
  await call("POST", "/api/v1/workflows", { json: { id: "flow", name: "Flow", steps } });
  receiver.reply = () => ({ status: 500, body: `{"echo": "${second}"}` });
  await call("POST", "/api/v1/trigger", { json: { workflow_id: "flow" } });
  await service.settle();
  receiver.reply = () => ({ status: 410 });
  await service.clock.advance(60_000);
  expect(receiver.received.length).toBeGreaterThan(3);
  const answers = await Promise.all([
    call("GET", path),
    call("GET", `${path}/${id}`),
    call("GET", `${path}/${id}/deliveries`),
    call("POST", path, { json, headers: { "idempotency-key": "planted" } }),
    call("PUT", `${path}/${id}`, { json, headers: { "if-match": "*" } }),
    call("PUT", `${path}/${id}`, { json: { url: "no" }, headers: { "if-match": "*" } }),
  ]);
  const told = answers.map(({ headers, body }) => JSON.stringify([[...headers], body])).join();
  const logged = written.join("");
  expect(logged).toContain("stream batch");
  expect(logged).toContain('"message":"delivery"');
  for (const secret of [first, second].map((text: string) => text.slice("whsec_".length))) {
    expect(told).not.toContain(secret);
    expect(logged).not.toContain(secret);
  }
  expect(logged).not.toContain("planted-url-token");
  await call("DELETE", `${path}/${id}`);
  const left = await dumpTables(service);
  expect(left).not.toContain(first);
  expect(left).not.toContain(second);
});
