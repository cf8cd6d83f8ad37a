import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService();
const json = { "content-type": "application/json" };
const record = { source: "api", category: "order", payload: { amount: 1 } };
const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
  service.call("POST", "/records", { body, headers });

const withPayload = (payload: string) => `{"source":"api","category":"order","payload":${payload}}`;
const nested = (depth: number) => withPayload(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);

describe("bad bodies are refused with a clear 4xx, and nothing is stored", () => {
  it.each<[string, string | Uint8Array, number, string]>([
    ["truncated", '{"source":"api",', 400, "malformed_json"],
    ["not JSON", "hello", 400, "malformed_json"],
    ["two documents", "{}{}", 400, "malformed_json"],
    ["not UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400, "malformed_json"],
    ["65 levels deep", nested(64), 400, "malformed_json"],
    ["100,000 levels deep", nested(100_000), 400, "malformed_json"],
    [
      "numbers longer than they were written",
      withPayload(`{"a":[${Array(50_000).fill("1e20")}]}`),
      413,
      "payload_too_large",
    ],
    ["over 256 KiB", withPayload(JSON.stringify({ a: "x".repeat(262_144) })), 413, "payload_too_large"],
    ["an array", "[]", 422, "validation_failed"],
    ["a number", "1", 422, "validation_failed"],
    ["null", "null", 422, "validation_failed"],
    ["an empty object", "{}", 422, "validation_failed"],
    ["source of a wrong type", '{"source":1,"category":"b","payload":{}}', 422, "validation_failed"],
    ["an empty category", '{"source":"a","category":"","payload":{}}', 422, "validation_failed"],
    ["a blank source", '{"source":"  ","category":"b","payload":{}}', 422, "validation_failed"],
    ["a tab in category", '{"source":"a","category":"b\\tc","payload":{}}', 422, "validation_failed"],
    ["a NUL in source", '{"source":"a\\u0000","category":"b","payload":{}}', 422, "validation_failed"],
    ["129 characters", `{"source":"${"a".repeat(129)}","category":"b","payload":{}}`, 422, "validation_failed"],
    ["a payload that is an array", withPayload("[1]"), 422, "validation_failed"],
    ["a payload that is null", withPayload("null"), 422, "validation_failed"],
    ["__proto__", withPayload('{"__proto__":{"admin":true}}'), 422, "validation_failed"],
    ["__proto__ in escapes", withPayload('{"\\u005f_proto__":1}'), 422, "validation_failed"],
    ["constructor", withPayload('{"constructor":{"prototype":{}}}'), 422, "validation_failed"],
    ["2^53+1", withPayload('{"n":9007199254740993}'), 422, "validation_failed"],
    ["1e400", withPayload('{"n":1e400}'), 422, "validation_failed"],
    ["a lone surrogate", withPayload('{"s":"\\ud800"}'), 422, "validation_failed"],
  ])("%s", async (_, body, status, code) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.body.message.length).toBeGreaterThan(10);
    expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
    expect((await service.call("GET", "/records?source=api")).body.count).toBe(0);
  });

  it("422 names every violation with its path", async () => {
    const { body } = await post('{"source":"","category":7}');
    expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual(["category", "payload", "source"]);
  });

  it("422 tells how to mend it", async () => {
    const told = async (path: string, body: string) => (await service.call("POST", path, { body, headers: json })).body;
    expect((await told("/records", "null")).detail).toBe("The body must be an object, not null");
    expect((await told("/records", '{"category":7,"payload":[]}')).errors).toEqual([
      { path: "source", message: "is missing: it must be a text" },
      { path: "category", message: "must be a text, not a number" },
      { path: "payload", message: "must be an object, not a list" },
    ]);
    expect((await told("/records/batch", "[null]")).results[0].message).toBe("The entry must be an object, not null");
    const sorted = await service.call("GET", "/records?sort_order=up");
    expect(sorted.body.detail).toBe("sort_order must be one of asc, desc");
  });

  it("422 for no body at all", async () => {
    expect(await service.call("POST", "/records", { headers: json })).toMatchObject({ status: 422 });
  });

  it.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/json; charset=latin1"],
  ])("415 unsupported_media_type for %s", async (type) => {
    const answer = await post(JSON.stringify(record), { "content-type": type });
    expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });

  it("406 not_acceptable when JSON is ruled out", async () => {
    for (const accept of ["text/html", "application/json;q=0", "image/*"]) {
      expect((await service.call("GET", "/records", { headers: { accept } })).status, accept).toBe(406);
    }
    for (const accept of ["*/*", "application/*", "text/html, application/json;q=0.5"]) {
      expect((await service.call("GET", "/records", { headers: { accept } })).status, accept).toBe(200);
    }
  });
});

describe("what a body may hold is kept exactly", () => {
  it("201 for 64 levels, unicode, empty names, fractions and 256 KiB", async () => {
    const payload = {
      "": "an empty name",
      "ünïcödé 🎉": "\u2028 \u0000 𝄞",
      fraction: 0.1,
      negative: -9_007_199_254_740_991,
      tiny: 5e-324,
      huge: 1.7976931348623157e308,
      list: [null, true, [], {}],
    };
    const created = await service.call("POST", "/records", {
      json: { source: "kept", category: "🎉".repeat(128), payload },
    });
    expect(created).toMatchObject({ status: 201, body: { payload } });
    expect((await service.call("GET", `/records/${created.body.id}`)).body.payload).toEqual(payload);
    const long = { source: "kept", category: "long", payload: { text: "é".repeat(131_000) } };
    const stored = await service.call("POST", "/records", { json: long });
    expect((await service.call("GET", `/records/${stored.body.id}`)).body.payload).toEqual(long.payload);
    expect((await service.call("POST", "/records", { body: nested(60), headers: json })).status).toBe(201);
  });
});

describe("bad parameters are refused with a clear 4xx", () => {
  it.each([
    ["status=done", 422],
    ["status=", 400],
    ["status", 400],
    ["status=pending&status=failed", 400],
    ["category=%20", 400],
    ["category=%00", 422],
    ["category=%ff", 400],
    ["limit=0", 422],
    ["limit=-1", 422],
    ["limit=1e2", 422],
    ["limit=0x10", 422],
    ["limit=1.5", 422],
    ["limit=ten", 422],
    ["offset=10001", 422],
    ["offset=-1", 422],
    ["created_after=2026-02-30", 422],
    ["created_after=yesterday", 422],
    ["created_before=2026-13-01T00:00:00Z", 422],
    ["sort_by=payload", 422],
    ["sort_order=up", 422],
    ["cursor=abc", 400],
    ["cursor=eyJyYW5nZSI6MH0.AAAAAAAAAAAAAAAAAAAAAA", 400],
    ["cursor=..", 400],
  ])("GET /records?%s", async (query, status) => {
    const answer = await service.call("GET", `/records?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.message.length).toBeGreaterThan(10);
  });

  it.each([["date_from=2026-02-30"], ["date_to=x"], ["status=unknown"], ["category="]])(
    "GET /reports/summary?%s",
    async (query) => {
      const answer = await service.call("GET", `/reports/summary?${query}`);
      expect([400, 422]).toContain(answer.status);
    },
  );

  it("200 clamps a limit over 200, and ignores parameters it does not know", async () => {
    const { status, body } = await service.call("GET", "/records?limit=100000&colour=red&colour=blue");
    expect([status, body.limit]).toEqual([200, 200]);
  });
});

describe("bad paths and headers", () => {
  it.each([
    ["/records/1"],
    ["/records/550e8400-e29b-41d4-a716-446655440000"],
    ["/records/..%2f..%2fetc%2fpasswd"],
    ["/records/%0d%0aSet-Cookie:%20a=b"],
    ["/records/%00"],
    [`/records/${"a".repeat(3_000)}`],
    ["/records/__proto__"],
  ])("404 for %s", async (path) => {
    const answer = await service.call("GET", path);
    expect(answer).toMatchObject({ status: 404, body: { error: "NotFound" } });
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("404 route_not_found for a path no route has", async () => {
    for (const path of ["/nothing", "/records/a/b/c", "/records//", "/Records"]) {
      expect((await service.call("GET", path)).body.code, path).toBe("route_not_found");
    }
  });

  it("405 method_not_allowed with Allow", async () => {
    const answer = await service.call("PATCH", "/records");
    expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(["GET", "POST"]);
  });

  it.each([["has space"], ["a".repeat(129)], ["ünï"], ["a;b"]])(
    "an X-Request-ID of %j is replaced, not returned",
    async (id) => {
      const sent = Buffer.from(id).toString("latin1");
      const answer = await service.call("GET", "/health", { headers: { "x-request-id": sent } });
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it.each([
    ["garbage", "GARBAGE\r\n\r\n"],
    ["a folded header", "GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID: a\r\n b\r\nConnection: close\r\n\r\n"],
    ["a bare LF in a header", "GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\nSet-Cookie: b\r\nConnection: close\r\n\r\n"],
    ["a bad content length", "POST /records HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"],
    [
      "both lengths",
      "POST /records HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("raw %s never gives a 5xx, and the service goes on", async (_, bytes) => {
    const answer = await raw(bytes);
    expect(answer).not.toMatch(/^HTTP\/1.1 5/);
    expect((await service.call("GET", "/health")).status).toBe(200);
  });
});

/** Sends bytes as they are and reads what comes back until the server closes. */
function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.setEncoding("latin1").on("data", (text) => (answer += text));
    socket.on("close", () => resolve(answer)).on("error", reject);
  });
}
