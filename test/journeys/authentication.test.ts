import { describe, expect, it } from "vitest";
import { makeApiKey } from "#test/make-api-key.ts";
import { startService } from "#test/service.ts";

const apiKey = "a key of any characters: ü~!";
const service = await startService({ settings: { API_KEY: apiKey } });
const record = { source: "api", category: "order", payload: { amount: 99.99 } };
const latin1 = Buffer.from(apiKey, "utf8").toString("latin1");

describe("with API_KEY set on the laptop", () => {
  it("200 reads stay open", async () => {
    for (const path of ["/records", "/health", "/version", "/reports/summary", "/docs", "/openapi.json"]) {
      expect((await service.call("GET", path)).status, path).toBe(200);
    }
  });

  it.each([
    ["no key", {}],
    ["a wrong key", { "x-api-key": "wrong" }],
    ["a prefix of the key", { "x-api-key": "a key of any" }],
  ])("401 unauthorized for a write with %s, and nothing is stored", async (_, headers) => {
    const refused = await service.call("POST", "/records", { json: record, headers });
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized", error: "Unauthorized" } });
    expect(refused.body.message).toContain("X-API-Key");
    expect((await service.call("GET", "/records")).body.count).toBe(0);
  });

  it("401 comes before existence and validation, 413, 415 and 400 come before it", async () => {
    const unknown = "/records/550e8400-e29b-41d4-a716-446655440000/process";
    expect((await service.call("POST", unknown)).status).toBe(401);
    expect((await service.call("POST", "/records", { json: {} })).status).toBe(401);
    expect((await service.call("POST", "/records", { json: "x".repeat(300_000) })).status).toBe(413);
    expect(
      (await service.call("POST", "/records", { body: "a=b", headers: { "content-type": "text/plain" } })).status,
    ).toBe(415);
    expect(
      (await service.call("POST", "/records", { body: "{", headers: { "content-type": "application/json" } })).status,
    ).toBe(400);
  });

  it("201 for a write with a key of the table, 403 without its scope; reads look at no key", async () => {
    const [writer, reader] = [await makeApiKey(["write"]), await makeApiKey(["read"])];
    const write = (key: string) => service.call("POST", "/records", { json: record, headers: { "x-api-key": key } });
    expect((await write(writer)).status).toBe(201);
    expect(await write(reader)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await service.call("GET", "/records", { headers: { "x-api-key": "wrong" } })).status).toBe(200);
  });

  it("201 for a write with the key", async () => {
    const created = await service.call("POST", "/records", { json: record, headers: { "x-api-key": latin1 } });
    expect(created.status).toBe(201);
    const processed = await service.call("POST", `/records/${created.body.id}/process`, {
      headers: { "x-api-key": latin1 },
    });
    expect(processed.status).toBe(200);
  });
});
