import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { definitionKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { disturbed } from "#test/disturbed.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const dataDir = mkdtempSync(join(tmpdir(), "sluice-secrets-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const receiver = await startReceiver();
const service = await startService({
  settings: { API_KEY: "admin-of-all", LOG_LEVEL: "DEBUG", EGRESS_ALLOW: receiver.address },
  clock: "virtual",
  faults: {},
  dataDir,
});
const written: string[] = [];
const answers: string[] = [];

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
});
afterAll(() => vi.restoreAllMocks());

async function call(method: string, path: string, json?: unknown, headers: Record<string, string> = {}) {
  const sent = { "x-api-key": "admin-of-all", ...headers };
  const answer = await service.call(method, path, { headers: sent, ...(json === undefined ? {} : { json }) });
  answers.push(JSON.stringify([...answer.headers]), JSON.stringify(answer.body));
  return answer;
}
const put = (name: string, value: unknown) => call("PUT", `/api/v1/secrets/${name}`, { value });
const remove = (name: string) => call("DELETE", `/api/v1/secrets/${name}`);
const names = async () =>
  (await call("GET", "/api/v1/secrets")).body.items.map((item: { name: string }) => item.name) as string[];
const notFound = { status: 404, body: { code: "resource_not_found", message: "Secret not found" } };
const minute = 60_000;

let flows = 0;
/** Runs a workflow of one webhook with a header, and gives the run at its end. */
async function runWith(header: string) {
  receiver.clear();
  const config = { url: `${receiver.url}/hook`, method: "POST", headers: { authorization: header } };
  const retry = { max_attempts: 1 };
  const json = { id: `flow-${++flows}`, name: "Flow", steps: [{ name: "tell", type: "webhook", config, retry }] };
  expect((await call("POST", "/api/v1/workflows", json)).status).toBe(201);
  const { run_id: id } = (await call("POST", "/api/v1/trigger", { workflow_id: json.id })).body;
  await service.settle();
  await call("GET", `/api/v1/runs/${id}/timeline`);
  return (await call("GET", `/api/v1/runs/${id}`)).body;
}

describe("PUT /api/v1/secrets/{name}", () => {
  it("204 stores a secret and its next value; the list has its name and time, and nothing else", async () => {
    expect(await put("API_TOKEN", "value-one")).toMatchObject({ status: 204, body: "" });
    expect(await put("API_TOKEN", "value-two")).toMatchObject({ status: 204, body: "" });
    const { items } = (await call("GET", "/api/v1/secrets")).body;
    expect(items).toEqual([{ name: "API_TOKEN", updated_at: expect.stringMatching(/Z$/) }]);
    await remove("API_TOKEN");
  });

  it.each([["x".repeat(8)], ["x".repeat(4_096)], ["ä".repeat(2_048)], ["a\tb c, d; e="]])(
    "204 for a value that a header can carry",
    async (value) => {
      expect((await put("ANY", value)).status).toBe(204);
      await remove("ANY");
    },
  );

  it.each([
    ["x".repeat(7), /^must have at least 8 characters: it is made unreadable/],
    ["planted\nxxx", /^must hold no line break/],
    ["planted-xxx\r\n", /^must hold no line break/],
    ["planted\0xxx", /^must hold no line break/],
    ["planted\x7fxxx", /^must hold no line break/],
    ["planted-xxx-日本", /^must hold no line break, control character or one beyond Latin-1/],
    ["planted-xxx\u{1F600}", /^must hold no line break/],
  ])("422 for a value that no header can carry, or that stands in answers by chance: %j", async (value, message) => {
    const answer = await put("NONE", value);
    const errors = [{ path: "value", message: expect.stringMatching(message) }];
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed", errors } });
    expect(JSON.stringify(answer.body)).not.toContain("xxx");
    expect(await names()).not.toContain("NONE");
  });

  it.each([["A"], ["A1_B"], ["A".repeat(64)]])("204 for the name %s", async (name) => {
    expect((await put(name, "a-value-of-some")).status).toBe(204);
    expect((await remove(name)).status).toBe(204);
  });

  it.each([["lower"], ["1A"], ["_A"], ["A-B"], ["A.B"], ["A%2FB"], ["A".repeat(65)], ["%C3%84"]])(
    "422 for the name %s",
    async (name) => {
      const answer = await put(name, "a-value-of-some");
      expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed", errors: [{ path: "name" }] } });
    },
  );

  it.each([[""], ["x".repeat(4_097)], ["ä".repeat(2_049)], [null], [7], [{}], [undefined]])(
    "422 for a value that is none, without repeating it",
    async (value) => {
      const answer = await put("NONE", value);
      expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed", errors: [{ path: "value" }] } });
      expect(JSON.stringify(answer.body)).not.toMatch(/xxx|ää/);
      expect(await names()).not.toContain("NONE");
    },
  );

  it("503 service_unavailable when the store of parameters is busy for long", async () => {
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "PutParameter" ? "throttle" : undefined) },
      () => put("BUSY", "planted-busy-value"),
    );
    expect(answer).toMatchObject({ status: 503, body: { code: "service_unavailable" } });
    expect(JSON.stringify(answer.body)).not.toContain("planted-busy-value");
  });

  it("204 with one secret when the answer is lost", async () => {
    let drops = 0;
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "PutParameter" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => put("LOST", "a-value-of-some"),
    );
    expect([answer.status, drops > 1]).toEqual([204, true]);
    expect(await names()).toEqual(["LOST"]);
    await remove("LOST");
  });
});

describe("GET /api/v1/secrets", () => {
  it("200 by name, page by page, more than the store of parameters gives at once", async () => {
    const all = Array.from({ length: 25 }, (_, at) => `S${String(at).padStart(2, "0")}`);
    for (const name of all.toReversed()) await put(name, "a-value-of-some");
    const seen: string[] = [];
    let next: string | null = "";
    while (next !== null) {
      const { body }: { body: any } = await call("GET", `/api/v1/secrets?limit=10${next}`);
      expect(body.total).toBe(25);
      seen.push(...body.items.map((item: { name: string }) => item.name));
      next = body.next_cursor === null ? null : `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(all);
    const skipped = await call("GET", "/api/v1/secrets?offset=23");
    expect(skipped.body).toMatchObject({ items: [{ name: "S23" }, { name: "S24" }], next_cursor: null });
    for (const name of all) await remove(name);
    expect(await names()).toEqual([]);
  });
});

describe("DELETE /api/v1/secrets/{name}", () => {
  it("204 deletes, 404 again, and for what there never was", async () => {
    await put("GONE", "a-value-of-some");
    expect(await remove("GONE")).toMatchObject({ status: 204, body: "" });
    expect(await remove("GONE")).toMatchObject(notFound);
    expect(await remove("NEVER")).toMatchObject(notFound);
    expect(await remove("not-a-name")).toMatchObject(notFound);
    expect(await names()).toEqual([]);
  });

  it("204 when the answer is lost, although the secret is gone by the repeat", async () => {
    await put("GONE", "a-value-of-some");
    let drops = 0;
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "DeleteParameter" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => remove("GONE"),
    );
    expect([answer.status, drops > 1]).toEqual([204, true]);
    expect(await names()).toEqual([]);
  });
});

describe("who may", () => {
  it.each([["read"], ["write"], ["trigger"]] as const)("403 forbidden with the scope %s alone", async (scope) => {
    const headers = { "x-api-key": await makeApiKey([scope]) };
    const calls = [
      ["PUT", "/A", { value: "x" }],
      ["GET", ""],
      ["DELETE", "/A"],
    ] as const;
    for (const [method, path, json] of calls) {
      const answer = await call(method, `/api/v1/secrets${path}`, json, headers);
      expect(answer, method).toMatchObject({ status: 403, body: { code: "forbidden" } });
    }
  });

  it("401 unauthorized without a key, and nothing is told of the name or the body", async () => {
    const answer = await service.call("PUT", "/api/v1/secrets/bad-name", { json: { value: 7 } });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  });

  it("there is no way to read a value: 405 for GET of one", async () => {
    await put("HIDDEN", "a-value-of-some");
    expect(await call("GET", "/api/v1/secrets/HIDDEN")).toMatchObject({ status: 405 });
    await remove("HIDDEN");
  });
});

describe("a secret in a webhook's header", () => {
  it("arrives there, and its next value after a minute; then the step fails, once it is deleted", async () => {
    await put("TOKEN", "the-value-1");
    expect(await runWith("Bearer {{ secrets.TOKEN }}")).toMatchObject({ status: "SUCCESS" });
    expect(receiver.received.map(({ headers }) => headers.authorization)).toEqual(["Bearer the-value-1"]);
    await put("TOKEN", "the-value-2");
    await service.clock.advance(minute);
    expect(await runWith("{{ secrets.TOKEN }}")).toMatchObject({ status: "SUCCESS" });
    expect(receiver.received.map(({ headers }) => headers.authorization)).toEqual(["the-value-2"]);
    await remove("TOKEN");
    await service.clock.advance(minute);
    expect(await runWith("{{ secrets.TOKEN }}")).toMatchObject({ status: "FAILED" });
    expect(receiver.received).toEqual([]);
  });

  it("is unreadable in what comes back, also in base64, and where a long answer is cut off in it", async () => {
    const planted = "planted-and-echoed";
    await put("ECHOED", planted);
    const echo = runWith("Basic {{ secrets.ECHOED }}");
    receiver.reply = () => ({
      body: JSON.stringify({ a: planted, b: Buffer.from(`u:${planted}`).toString("base64") }),
    });
    const { results } = await echo;
    expect(results.tell.response_data).toEqual({ a: "***", b: expect.stringMatching(/^dTp\*\*\*Q=$/) });
    const cut = runWith("{{ secrets.ECHOED }}");
    receiver.reply = () => ({ body: `${"x".repeat(64 * 1024 - 12)}${planted}` });
    expect((await cut).results.tell.response_data).toMatch(/^x+$/);
    await remove("ECHOED");
  });

  it("is in no log line, no answer and no item of any table, and on disk in one file of its owner's", async () => {
    const planted = "planted-secret-9c41f0";
    await put("PLANTED", planted);
    await call("PUT", "/api/v1/secrets/PLANTED", { value: planted }, { "idempotency-key": "kept" });
    await put("lower", planted);
    await put("PLANTED", planted.repeat(200));
    await call("GET", "/api/v1/secrets");
    expect((await runWith("Bearer {{ secrets.PLANTED }}")).status).toBe("SUCCESS");
    expect(receiver.received[0]?.headers.authorization).toBe(`Bearer ${planted}`);
    receiver.reply = () => ({ status: 500, body: "no" });
    await disturbed(
      service,
      { decide: ({ action }) => (/Parameter/.test(action) ? "throttle" : undefined) },
      async () => {
        expect((await put("PLANTED", planted)).status).toBe(503);
        expect((await remove("PLANTED")).status).toBe(503);
      },
    );
    const tables = await dumpTables(service);
    expect(tables).toContain("secrets.PLANTED");
    expect(written.join("")).toContain('"route":"secrets.put"');
    for (const [place, text] of Object.entries({ tables, log: written.join(""), answers: answers.join("") })) {
      expect(text.includes(planted), place).toBe(false);
      expect(text.includes(Buffer.from(planted).toString("base64").slice(0, 20)), place).toBe(false);
    }
    const file = join(dataDir, "parameters.json");
    expect(readFileSync(file, "utf8")).toContain(planted);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("goes where the definition says, whoever triggers: 422 at save, and a step that fails in one saved before", async () => {
    receiver.clear();
    await put("TOKEN", "planted-for-the-origin");
    const headers = { authorization: "Bearer {{ secrets.TOKEN }}" };
    const flow = (id: string, url: string) => ({
      id,
      name: "Flow",
      steps: [{ name: "tell", type: "webhook", config: { url, headers } }],
    });
    const saved = await call("POST", "/api/v1/workflows", flow("elsewhere", "http://{{ payload.host }}/hook"));
    expect(saved).toMatchObject({ status: 422, body: { errors: [{ path: "steps.0.config.url" }] } });
    const literal = await call("POST", "/api/v1/workflows", flow("before", `${receiver.url}/{{ payload.path }}`));
    expect(literal.status).toBe(201);
    // As it was saved before there was the rule.
    const Key = definitionKey(literal.body.workflow_id, 1);
    const { Item: item } = await table().send(new GetCommand({ TableName: tableName(), Key }));
    const p = String(item?.p).replace(`${receiver.url}/{{ payload.path }}`, "http://{{ payload.host }}/hook");
    await table().send(new PutCommand({ TableName: tableName(), Item: { ...item, p } }));
    const payload = { host: receiver.address };
    const { run_id: id } = (await call("POST", "/api/v1/trigger", { workflow_id: "before", payload })).body;
    await service.settle();
    const run = (await call("GET", `/api/v1/runs/${id}`)).body;
    expect(run).toMatchObject({ status: "FAILED", error: expect.stringContaining("leads elsewhere") });
    expect(receiver.received).toEqual([]);
    await remove("TOKEN");
  });
});
