import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { type Fixture, type Seen, startFixture } from "#test/fixture-runtime.ts";

async function eventOf(fixture: Fixture, path: string, init?: RequestInit): Promise<Seen> {
  const response = await fetch(fixture.url + path, init);
  return ((await response.json()) as Seen).event;
}

/** Sends raw bytes and returns all that comes back. */
function raw(fixture: Fixture, bytes: string, ends = true): Promise<string> {
  return new Promise((resolve) => {
    const { port, hostname } = new URL(fixture.url);
    const socket = connect(Number(port), hostname, () =>
      ends ? socket.end(bytes, "latin1") : socket.write(bytes, "latin1"),
    );
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

const answer = (fixture: Fixture, value: unknown, init: RequestInit = {}) =>
  fetch(`${fixture.url}/command`, {
    method: "POST",
    ...init,
    headers: { "content-type": "application/json", ...(init.headers as Record<string, string>) },
    body: JSON.stringify({ command: { answer: value } }),
  });

describe("routes", () => {
  test("a full match goes before {param}, that before {proxy+}, that before $default", async () => {
    const fixture = await startFixture();
    const keyOf = async (path: string, method = "GET") => (await eventOf(fixture, path, { method })).routeKey;
    expect(await keyOf("/items/newest")).toBe("GET /items/newest");
    expect(await keyOf("/items/7")).toBe("GET /items/{id}");
    expect(await keyOf("/items/7/parts")).toBe("ANY /items/{proxy+}");
    expect(await keyOf("/items/7", "DELETE")).toBe("ANY /items/{proxy+}");
    expect(await keyOf("/elsewhere")).toBe("$default");
  });

  test("/x and /x/ are different routes", async () => {
    const fixture = await startFixture({ routes: ["GET /x", "GET /x/", "GET /y"] });
    expect((await eventOf(fixture, "/x")).routeKey).toBe("GET /x");
    expect((await eventOf(fixture, "/x/")).routeKey).toBe("GET /x/");
    expect((await fetch(`${fixture.url}/y/`)).status).toBe(404);
  });

  test("404 without a route has the gateway's own body", async () => {
    const fixture = await startFixture({ routes: ["GET /x"] });
    const response = await fetch(`${fixture.url}/x`, { method: "POST" });
    expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
  });

  test("path parameters are decoded, an encoded slash stays within its segment", async () => {
    const fixture = await startFixture();
    const event = await eventOf(fixture, "/items/a%2Fb%20c");
    expect(event.pathParameters).toEqual({ id: "a/b c" });
    expect(event.rawPath).toBe("/items/a/b c");
  });

  test.each(["/items/%zz", "/items/%ff"])("400 for malformed percent-encoding of the path: %s", async (path) => {
    const fixture = await startFixture();
    const text = await raw(fixture, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text).toContain('{"message":"Bad Request"}');
  });
});

describe("payload 2.0", () => {
  test("malformed percent-encoding in the query reaches the function as it is, to be refused there", async () => {
    const fixture = await startFixture();
    const text = await raw(fixture, "GET /x?a=%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(text).toContain('"rawQueryString":"a=%zz"');
    expect(text).toContain('"queryStringParameters":{"a":"%zz"}');
  });

  test("has the members of API Gateway and no others", async () => {
    const fixture = await startFixture();
    const event = await eventOf(fixture, "/items/7?a=1&b=x%20y&a=2&c", {
      headers: { Cookie: "k=1; l=2", "X-Mixed-Case": "Yes", "user-agent": "test" },
    });
    expect(Object.keys(event).sort()).toEqual([
      "cookies",
      "headers",
      "isBase64Encoded",
      "pathParameters",
      "queryStringParameters",
      "rawPath",
      "rawQueryString",
      "requestContext",
      "routeKey",
      "version",
    ]);
    expect(event).toMatchObject({
      version: "2.0",
      rawQueryString: "a=1&b=x%20y&a=2&c",
      queryStringParameters: { a: "1,2", b: "x y", c: "" },
      cookies: ["k=1", "l=2"],
      isBase64Encoded: false,
      requestContext: {
        accountId: "000000000000",
        http: { method: "GET", path: "/items/7", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
        routeKey: "GET /items/{id}",
        stage: "$default",
      },
    });
    expect(event.headers["x-mixed-case"]).toBe("Yes");
    expect(event.headers.cookie).toBeUndefined();
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  test("duplicate headers are joined by commas", async () => {
    const fixture = await startFixture();
    const text = await raw(fixture, "GET /x HTTP/1.1\r\nhost: x\r\nX-Tag: a\r\nx-tag: b\r\nconnection: close\r\n\r\n");
    expect(text).toContain('"x-tag":"a,b"');
  });

  test.each([
    ["application/json", "{}", false],
    ["application/problem+json; charset=utf-8", "{}", false],
    ["text/plain", "grüße", false],
    ["application/x-www-form-urlencoded", "a=1", false],
    ["application/octet-stream", "abc", true],
    ["image/svg", "abc", true],
  ])("a body of type %s comes as text or base64", async (type, body, isBase64Encoded) => {
    const fixture = await startFixture();
    const event = await eventOf(fixture, "/x", { method: "POST", headers: { "content-type": type }, body });
    expect(event).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? Buffer.from(body).toString("base64") : body,
    });
  });

  test("a text body that is not UTF-8 comes as base64", async () => {
    const fixture = await startFixture();
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const event = await eventOf(fixture, "/x", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(event).toMatchObject({ isBase64Encoded: true, body: body.toString("base64") });
  });

  test("the context tells the function, its request and its remaining time", async () => {
    const fixture = await startFixture();
    const { context } = (await (await fetch(`${fixture.url}/x`)).json()) as Seen;
    expect(context).toMatchObject({ memoryLimitInMB: "128", functionVersion: "$LATEST" });
    expect(context.invokedFunctionArn).toBe(`arn:aws:lambda:us-east-1:000000000000:function:${context.functionName}`);
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(30_000);
  });
});

describe("answers", () => {
  test("an answer without statusCode is a JSON body with 200", async () => {
    const fixture = await startFixture();
    const response = await answer(fixture, { hello: "world" });
    expect([response.status, response.headers.get("content-type"), await response.json()]).toEqual([
      200,
      "application/json",
      { hello: "world" },
    ]);
  });

  test("status, headers, cookies and a base64 body pass", async () => {
    const fixture = await startFixture();
    const response = await answer(fixture, {
      statusCode: 201,
      headers: { ETag: '"7"', "X-Number": 7 },
      cookies: ["a=1; Path=/", "b=2"],
      body: Buffer.from("bytes").toString("base64"),
      isBase64Encoded: true,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("etag")).toBe('"7"');
    expect(response.headers.get("x-number")).toBe("7");
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
    expect(await response.text()).toBe("bytes");
  });

  test.each([
    ["a header with a line break", { statusCode: 200, headers: { x: "a\r\nSet-Cookie: b" } }],
    ["a header name with a space", { statusCode: 200, headers: { "x y": "a" } }],
    ["a body that is an object", { statusCode: 200, body: {} }],
    ["a status that is none", { statusCode: "teapot" }],
  ])("500 for %s", async (_, value) => {
    const fixture = await startFixture();
    const response = await answer(fixture, value);
    expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
  });

  test("204 and 304 have no body", async () => {
    const fixture = await startFixture();
    const response = await answer(fixture, { statusCode: 204, body: "left out" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });
});

describe("the gateway's own errors", () => {
  test("500 when the function throws", async () => {
    const fixture = await startFixture();
    const response = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ command: { throw: "secret" } }),
    });
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(fixture.messages.join()).toContain("secret");
  });

  test("500 when the function runs into its timeout", async () => {
    const fixture = await startFixture({ httpTimeoutSeconds: 1 });
    const response = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ command: { sleepMs: 1_500 } }),
    });
    expect(response.status).toBe(500);
    expect(fixture.messages.join()).toContain("Task timed out after 1.00 seconds");
  });

  test("500 when the answer is over 6 MB", async () => {
    const fixture = await startFixture();
    const response = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ command: { big: 7_000_000 } }),
    });
    expect(response.status).toBe(500);
    expect(fixture.messages.join()).toContain("ResponseSizeTooLarge");
  });

  test("503 when the integration takes longer than its time", async () => {
    const fixture = await startFixture({ integrationTimeoutMs: 50 });
    const response = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ command: { sleepMs: 300 } }),
    });
    expect([response.status, await response.json()]).toEqual([503, { message: "Service Unavailable" }]);
  });

  test("413 for a body over 10 MB", async () => {
    const fixture = await startFixture();
    const response = await fetch(`${fixture.url}/x`, { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect([response.status, await response.json()]).toEqual([413, { message: "Request Entity Too Large" }]);
  });

  test.each([11_000, 70_000])("431 for headers of %d bytes", async (size) => {
    const fixture = await startFixture();
    const text = await raw(fixture, `GET /x HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(size)}\r\n\r\n`, false);
    expect(text).toMatch(/^HTTP\/1.1 431 /);
    expect(text).toContain('{"message":"Request Header Fields Too Large"}');
  });

  test.each([
    "nonsense\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    "\x16\x03\x01\x02\x00\r\n\r\n",
  ])("400 for bytes that are no HTTP, and the next request is served: %j", async (bytes) => {
    const fixture = await startFixture();
    expect(await raw(fixture, bytes)).toMatch(/^HTTP\/1.1 400 /);
    expect((await fetch(`${fixture.url}/x`)).status).toBe(200);
  });

  test("a client that hangs up in the middle harms no one", async () => {
    const fixture = await startFixture();
    await raw(fixture, "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    expect((await fetch(`${fixture.url}/x`)).status).toBe(200);
  });
});

describe("CORS", () => {
  const cors = {
    allowOrigins: ["https://app.example"],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["content-type", "if-match"],
    exposeHeaders: ["etag"],
    maxAge: 600,
    allowCredentials: true,
  };
  const preflight = (fixture: Fixture, origin: string) =>
    fetch(`${fixture.url}/command`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
  const corsHeaders = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("access-control-")));

  test("the gateway answers a preflight itself", async () => {
    const fixture = await startFixture({ cors });
    const response = await preflight(fixture, "https://app.example");
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "content-type,if-match",
      "access-control-max-age": "600",
    });
    expect(fixture.usage.functions).toEqual({});
  });

  test("another origin is allowed nothing", async () => {
    const fixture = await startFixture({ cors });
    const response = await preflight(fixture, "https://evil.example");
    expect([response.status, corsHeaders(response)]).toEqual([204, {}]);
  });

  test("its headers replace those of the function", async () => {
    const fixture = await startFixture({ cors });
    const response = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { origin: "https://app.example", "content-type": "application/json" },
      body: JSON.stringify({ command: {} }),
    });
    expect(corsHeaders(response)).toEqual({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "etag",
    });
    const foreign = await fetch(`${fixture.url}/command`, {
      method: "POST",
      headers: { origin: "https://evil.example", "content-type": "application/json" },
      body: JSON.stringify({ command: {} }),
    });
    expect(corsHeaders(foreign)).toEqual({});
  });

  test("without a configuration an OPTIONS request is a request like any other", async () => {
    const fixture = await startFixture();
    const response = await preflight(fixture, "https://app.example");
    expect(((await response.json()) as Seen).event.routeKey).toBe("$default");
  });
});
