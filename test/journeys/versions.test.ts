import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService();

async function create() {
  const json = { source: "api", category: "order", payload: { amount: 99.99 } };
  return (await service.call("POST", "/records", { json })).body as { id: string };
}

describe("versions and ETags", () => {
  it("201 and 200 carry the version as a strong ETag, and Location leads to the record", async () => {
    const created = await service.call("POST", "/records", { json: { source: "a", category: "b", payload: {} } });
    expect(created.headers.get("etag")).toBe('"1"');
    const got = await service.call("GET", created.headers.get("location") ?? "");
    expect(got).toMatchObject({ status: 200, body: created.body });
    const processed = await service.call("POST", `/records/${created.body.id}/process`);
    expect(processed.headers.get("etag")).toBe('"2"');
    expect(processed.body.version).toBe(2);
  });

  it.each([['"1"'], ['W/"1"'], ['"0", "1"'], ["*"]])("304 for If-None-Match: %s, without a body", async (value) => {
    const { id } = await create();
    const answer = await service.call("GET", `/records/${id}`, { headers: { "if-none-match": value } });
    expect(answer).toMatchObject({ status: 304, body: "" });
    expect(answer.headers.get("etag")).toBe('"1"');
  });

  it("200 for If-None-Match of another version", async () => {
    const { id } = await create();
    expect((await service.call("GET", `/records/${id}`, { headers: { "if-none-match": '"2"' } })).status).toBe(200);
  });

  it.each([['"1"'], ['"7", "1"'], ["*"]])("200 processes with If-Match: %s", async (value) => {
    const { id } = await create();
    const answer = await service.call("POST", `/records/${id}/process`, { headers: { "if-match": value } });
    expect(answer.status).toBe(200);
  });

  it.each([['"2"'], ['W/"1"'], ['"01"']])(
    "412 precondition_failed for If-Match: %s, and nothing changes",
    async (value) => {
      const { id } = await create();
      const answer = await service.call("POST", `/records/${id}/process`, { headers: { "if-match": value } });
      expect(answer).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
      expect((await service.call("GET", `/records/${id}`)).body).toMatchObject({ status: "pending", version: 1 });
    },
  );

  it("412 comes before 409: a stale If-Match on a processed record", async () => {
    const { id } = await create();
    await service.call("POST", `/records/${id}/process`);
    const answer = await service.call("POST", `/records/${id}/process`, { headers: { "if-match": '"1"' } });
    expect(answer.status).toBe(412);
  });

  it.each([["1"], ["W/1"], ['"1'], ['"1",'], [""]])("400 malformed_header for If-Match: %j", async (value) => {
    const { id } = await create();
    const answer = await service.call("POST", `/records/${id}/process`, { headers: { "if-match": value } });
    expect(answer).toMatchObject({ status: 400, body: { code: "malformed_header" } });
  });
});

describe("Idempotency-Key", () => {
  const json = { source: "api", category: "order", payload: { amount: 60, note: "x".repeat(2_000) } };

  it("201 replays the first answer, its headers too, even after the record has changed", async () => {
    const headers = { "idempotency-key": "first" };
    const first = await service.call("POST", "/records", { json, headers });
    await service.call("POST", `/records/${first.body.id}/process`);
    const reordered = { payload: { note: json.payload.note, amount: 60 }, category: "order", source: "api" };
    const again = await service.call("POST", "/records", { json: reordered, headers });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("etag")).toBe('"1"');
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(first.headers.get("idempotency-replayed")).toBeNull();
  });

  it("422 idempotency_key_reused for another body, or another record", async () => {
    const headers = { "idempotency-key": "second" };
    const { id } = (await service.call("POST", "/records", { json, headers })).body;
    const other = await service.call("POST", "/records", { json: { ...json, source: "other" }, headers });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    await service.call("POST", `/records/${id}/process`, { headers });
    const elsewhere = await service.call("POST", `/records/${(await create()).id}/process`, { headers });
    expect(elsewhere).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
  });

  it("a failure before the effect is not kept: the same key works once the request is mended", async () => {
    const headers = { "idempotency-key": "third" };
    const bad = await service.call("POST", "/records", { json: { source: "", category: "b", payload: {} }, headers });
    expect(bad.status).toBe(422);
    expect((await service.call("POST", "/records", { json, headers })).status).toBe(201);
  });

  it.each([[""], ["k".repeat(256)]])(
    "400 malformed_header for a key that is empty or over 255 characters",
    async (key) => {
      const answer = await service.call("POST", "/records", { json, headers: { "idempotency-key": key } });
      expect(answer).toMatchObject({ status: 400, body: { code: "malformed_header" } });
    },
  );
});
