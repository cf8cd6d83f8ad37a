import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { account, idOf, keysOf, runKeys } from "#test/keys-command.ts";
import { startService } from "#test/service.ts";

const dataDir = mkdtempSync(join(tmpdir(), "sluice-keys-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Deployed, as far as it goes without AWS: the stack and the bundles that deploy, closed from the start. */
const service = await startService({
  stage: "aws",
  settings: { API_KEY: "deployed-key-of-any-form", LOG_LEVEL: "DEBUG" },
  clock: "virtual",
  meter: true,
  dataDir,
});
const record = { source: "api", category: "order", payload: { amount: 99.99 } };
const written: string[] = [];
const answers: string[] = [];

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
});
afterAll(() => vi.restoreAllMocks());

async function call(method: string, path: string, key?: string, json?: unknown) {
  const answer = await service.call(method, path, { json, headers: key === undefined ? {} : { "x-api-key": key } });
  answers.push(JSON.stringify([...answer.headers]), JSON.stringify(answer.body));
  return answer;
}
const create = (...args: string[]) => keysOf(service, "create", "--name", "ci", ...args);
const minute = 60_000;
const hour = 3_600_000;
const day = 86_400_000;

describe("in AWS", () => {
  it("401 for reads and writes without a key; health, version and docs are public", async () => {
    for (const path of ["/records", "/reports/summary"]) {
      const refused = await call("GET", path);
      expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized" } });
      expect(refused.headers.get("www-authenticate")).toBe('ApiKey header="X-API-Key"');
    }
    expect((await call("POST", "/records", undefined, record)).status).toBe(401);
    for (const path of ["/health", "/version", "/docs", "/openapi.json"]) {
      expect((await call("GET", path)).status, path).toBe(200);
    }
  });

  it("the API_KEY of the deployment opens everything", async () => {
    expect((await call("GET", "/records", "deployed-key-of-any-form")).status).toBe(200);
    expect((await call("POST", "/records", "deployed-key-of-any-form", record)).status).toBe(201);
  });
});

describe("a key made by the command", () => {
  it("opens what its scopes say at once, and 403 forbidden names the scope it lacks", async () => {
    const [reader, writer, admin] = [
      await create("--scopes", "read"),
      await create("--scopes", "write"),
      await create("--scopes", "admin"),
    ];
    expect((await call("GET", "/records", reader)).status).toBe(200);
    expect((await call("POST", "/records", writer, record)).status).toBe(201);
    expect((await call("GET", "/records", admin)).status).toBe(200);
    expect((await call("POST", "/records", admin, record)).status).toBe(201);
    const refused = await call("POST", "/records", reader, record);
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden", error: "Forbidden" } });
    expect(refused.body.message).toContain("write");
    expect(await call("GET", "/records", writer)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  it("401 with another secret, of another key, cut short or made up", async () => {
    const [one, two] = [await create("--scopes", "read"), await create("--scopes", "read")];
    const swapped = `sl_${idOf(one)}_${two.split("_")[2]}`;
    const madeUp = `sl_${"0".repeat(10)}_${"0".repeat(40)}`;
    for (const key of [swapped, madeUp, one.slice(0, -1), `${one}0`, one.toUpperCase(), idOf(one), "", " "]) {
      const refused = await call("GET", "/records", key);
      expect(refused, key).toMatchObject({ status: 401, body: { message: "The API key in X-API-Key is not valid." } });
    }
  });

  it("401 within a minute after it was revoked, which only its holder is told; others stay alive", async () => {
    const [one, other] = [await create("--scopes", "read"), await create("--scopes", "read")];
    expect((await call("GET", "/records", one)).status).toBe(200);
    expect(await keysOf(service, "revoke", idOf(one))).toContain("revoked");
    expect(await keysOf(service, "revoke", idOf(one))).toContain("revoked already");
    await service.clock.advance(minute);
    const refused = await call("GET", "/records", one);
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(refused.body.message).toContain("revoked");
    const stranger = await call("GET", "/records", `sl_${idOf(one)}_${"0".repeat(40)}`);
    expect(stranger.body.message).not.toContain("revoked");
    expect((await call("GET", "/records", other)).status).toBe(200);
  });

  it("401 once it is expired, to the moment", async () => {
    const expires = new Date(service.clock.now() + 30 * day).toISOString();
    const key = await create("--scopes", "read", "--expires", expires);
    await service.clock.advance(30 * day - 10_000);
    expect((await call("GET", "/records", key)).status).toBe(200);
    await service.clock.advance(10_000);
    const refused = await call("GET", "/records", key);
    expect(refused.status).toBe(401);
    expect(refused.body.message).toContain("expired");
  });

  it("is read from the table once a minute, and its use is written once an hour", async () => {
    const key = await create("--scopes", "read,write");
    await service.clock.advance(2 * hour - (service.clock.now() % hour)); // an hour and more, to its very beginning
    service.usage.reset();
    for (let turn = 0; turn < 20; turn++) await call("GET", "/version", key);
    expect(service.usage.calls).toEqual({});
    for (let turn = 0; turn < 20; turn++) await call("GET", "/reports/summary", key);
    expect(service.usage.calls["dynamodb:GetItem"]?.requests).toBe(1);
    expect(service.usage.calls["dynamodb:PutItem"]?.requests).toBe(1);
    await service.clock.advance(minute);
    await call("GET", "/reports/summary", key);
    expect(service.usage.calls["dynamodb:GetItem"]?.requests).toBe(2 + 1); // one is the sweep's
    expect(service.usage.calls["dynamodb:PutItem"]?.requests).toBe(1);
    const usedAt = new Date(service.clock.now() - (service.clock.now() % hour)).toISOString();
    const listed = JSON.parse(await keysOf(service, "list", "--json"));
    expect(listed.find((each: { id: string }) => each.id === idOf(key))).toMatchObject({ last_used: usedAt });
  });

  it("touches only what authentication is granted in AWS: items of keys, and of limits", async () => {
    const key = await create("--scopes", "read");
    const touched: string[] = [];
    const before = ({ action, body }: AwsCall) => {
      const { pk } = (body.Key ?? body.Item ?? {}) as { pk?: { S: string } };
      if (pk !== undefined) touched.push(`${action} ${pk.S.split("#")[0]}#`);
    };
    service.faults.set({ calls: { before } });
    await call("GET", "/reports/summary", key);
    service.faults.clear();
    expect(touched.filter((each) => !each.includes(" names#")).sort()).toEqual([
      "GetItem apikey#",
      "PutItem apikey#",
      "UpdateItem limit#",
    ]);
  });

  it("a hundred made-up keys cost a read each at most once a minute, and forget no real key", async () => {
    const key = await create("--scopes", "read");
    await call("GET", "/reports/summary", key);
    service.usage.reset();
    const strange = Array.from({ length: 100 }, (_, at) => `sl_${String(at).padStart(10, "0")}_${"0".repeat(40)}`);
    for (const each of [...strange, ...strange]) await call("GET", "/reports/summary", each);
    expect(service.usage.calls["dynamodb:GetItem"]?.requests).toBe(100);
    await call("GET", "/reports/summary", key);
    expect(service.usage.calls["dynamodb:GetItem"]?.requests).toBe(100);
  }, 60_000);

  it("keeps the Idempotency-Keys of one caller apart from another's", async () => {
    const [one, two] = [await create("--scopes", "write"), await create("--scopes", "write")];
    const post = (key: string) =>
      service.call("POST", "/records", { json: record, headers: { "x-api-key": key, "idempotency-key": "same" } });
    const [first, second, again] = [await post(one), await post(two), await post(one)];
    expect(second.body.id).not.toBe(first.body.id);
    expect(again.body.id).toBe(first.body.id);
  });
});

describe("npm run keys", () => {
  const environment = { DATA_DIR: dataDir };

  it("finds the service that runs on DATA_DIR, and prints a key that works, alone on stdout", async () => {
    const made = await runKeys(
      ["create", "--name", "beside it", "--scopes", "read, write", "--limit", "60"],
      environment,
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sl_[0-9a-z]{10}_[0-9a-z]{40}\n$/) });
    expect(made.stderr).not.toContain(made.stdout.trim());
    expect((await call("GET", "/records", made.stdout.trim())).status).toBe(200);
    const listed = await runKeys(["list"], environment);
    expect(listed.stdout).toMatch(new RegExp(`${idOf(made.stdout)} +beside it +read,write +active +60 `));
    expect(listed.stdout).not.toContain(made.stdout.trim().split("_")[2]);
  });

  it("prints the secret that webhooks are verified with, and another beside it after a rotation", async () => {
    const printed = async () => (await runKeys(["webhook-secret"], environment)).stdout.trim().split("\n");
    const [first, ...others] = await printed();
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(others).toEqual([]);
    expect((await runKeys(["rotate-signing", "webhook"], environment)).code).toBe(0);
    const after = await printed();
    expect(after).toHaveLength(2);
    expect(after[1]).toBe(first);
  });

  it.each([
    [["rotate-signing", "nothing"], /Say cursor or webhook/],
    [["create", "--name", "ci"], /--scopes/],
    [["create", "--name", "ci", "--scopes", "read,delete"], /--scopes must be some of read,write,trigger,admin/],
    [["create", "--name", "", "--scopes", "read"], /--name/],
    [["create", "--name", "ci", "--scopes", "read", "--expires", "2020-01-01"], /--expires/],
    [["create", "--name", "ci", "--scopes", "read", "--expires", "soon"], /--expires/],
    [["create", "--name", "ci", "--scopes", "read", "--limit", "-1"], /limit/],
    [["create", "--nmae", "ci"], /nmae/],
    [["revoke", "0123456789"], /no key with the id "0123456789"/],
    [["revoke"], /no key with the id ""/],
    [["list", "--table", "no-such-table"], /no table no-such-table/],
    [["unknown"], /create --name/],
    [[], /create --name/],
  ])("%j says what is wrong, and exits with 1", async (args, message) => {
    const { code, stdout, stderr } = await runKeys(args, { ...environment, ...account(service) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n +at /);
  });

  it("says to start the service where none runs", async () => {
    const { code, stderr } = await runKeys(["list"], { DATA_DIR: join(dataDir, "none") });
    expect(code).toBe(1);
    expect(stderr).toMatch(/No service runs on .*npm start.*--table/);
  });
});

describe("secrets", () => {
  it("are in no log line, no answer and no item of any table", async () => {
    const key = await create("--scopes", "read,write");
    const secret = key.split("_")[2] ?? "";
    await call("POST", "/records", key, record);
    await call("GET", "/records?limit=1", key);
    await call("GET", "/nothing", key);
    await call("POST", "/records", `${key}0`, record);
    service.faults.set({ calls: { decide: ({ action }) => (action === "PutItem" ? "throttle" : undefined) } });
    expect((await call("POST", "/records", key, record)).status).toBe(503);
    service.faults.clear();
    await service.settle();
    const tables = await dumpTables(service);
    expect(tables).toContain(idOf(key));
    expect(written.join("")).toContain('"route":"records.create"');
    for (const [place, text] of Object.entries({ tables, log: written.join(""), answers: answers.join("") })) {
      expect(text.includes(secret), place).toBe(false);
      expect(text.includes("deployed-key-of-any-form"), place).toBe(false);
    }
  });
});
