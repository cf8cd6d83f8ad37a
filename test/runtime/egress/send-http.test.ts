import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpRequest } from "#domain/http-exchange.ts";
import { answering, loopback, ok, startScriptedServer } from "#test/scripted-server.ts";

const server = await startScriptedServer();
const { send } = server;
const kib64 = 65_536;

beforeEach(() => {
  server.script = answering(`${ok}content-length: 2\r\n\r\nok`);
});

describe("a request", () => {
  it("arrives as it was meant, with the sender's own headers and no others", async () => {
    const result = await send({
      method: "POST",
      url: `http://${server.host}/a%20b/../c?d=é&e#f`,
      headers: { "X-One": "1", "Content-Type": "application/json" },
      body: '{"word":"é"}',
    });
    expect(result).toEqual({
      kind: "response",
      status: 200,
      headers: { "content-length": "2" },
      body: "ok",
      truncated: false,
    });
    const [head = "", body] = (await server.closed()).split("\r\n\r\n");
    const [line, ...headers] = head.split("\r\n");
    expect(line).toBe("POST /c?d=%C3%A9&e HTTP/1.1");
    expect(headers.map((header) => header.toLowerCase()).sort()).toEqual([
      "accept-encoding: identity",
      "connection: close",
      "content-length: 13",
      "content-type: application/json",
      `host: ${server.host}`,
      "x-one: 1",
    ]);
    expect(Buffer.from(body ?? "", "latin1").toString()).toBe('{"word":"é"}');
  });

  it("has no body where there is none, and an empty one where it is empty", async () => {
    await send();
    expect(await server.closed()).not.toMatch(/content-length|transfer-encoding/i);
    for (const method of ["POST", "DELETE"]) {
      await send({ method, body: "" });
      expect(await server.closed()).toMatch(/content-length: 0/i);
    }
  });

  it("asks for no compression, and is not sent where its headers do", async () => {
    const result = await send({ headers: { "Accept-Encoding": "gzip, br" } });
    expect(result).toEqual({ kind: "refused", reason: expect.stringContaining('the header "Accept-Encoding"') });
    expect(await server.closed()).toBe("");
  });

  it("goes to an allowed name at the address it is looked up at, without the dot that may end it", async () => {
    const lookup = vi.fn(async () => [loopback]);
    const url = `http://hooks.test.:${server.port}/`;
    expect(await send({ url }, { lookup })).toMatchObject({ kind: "response", status: 200 });
    expect(lookup.mock.calls).toEqual([["hooks.test"]]);
    expect(await server.closed()).toMatch(new RegExp(`^host: hooks.test:${server.port}\r$`, "im"));
  });

  it("goes to the next address when the first does not answer", async () => {
    const lookup = async () => [{ address: "::1", family: 6 }, { address: "127.0.0.2", family: 4 }, loopback];
    const url = `http://hooks.test:${server.port}/`;
    expect(await send({ url }, { lookup })).toMatchObject({ kind: "response", status: 200 });
  });

  it.each<[string, Partial<HttpRequest>, string]>([
    [
      "a header that would end itself",
      { headers: { "x-a": "b\r\nx-c: d" } },
      'the header "x-a" must hold no line break',
    ],
    ["a header that is the sender's", { headers: { Host: "inside" } }, 'the header "Host" must not be set'],
    ["a header without a name", { headers: { "": "b" } }, 'the header "" must have a name'],
    ["a method that makes a tunnel", { method: "CONNECT" }, "the method must be"],
    ["a method with more in it", { method: "GET / HTTP/1.1\r\n" }, "the method must be"],
  ])("is refused, and nothing sent, for %s", async (_, request, reason) => {
    const connecting = vi.fn();
    const result = await send(request, { connect: connecting });
    expect(result).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
    expect(connecting).not.toHaveBeenCalled();
  });
});

describe("an answer", () => {
  it.each([100, 103].flatMap((early) => [204, 404, 500].map((status) => [early, status] as const)))(
    "is the final one: after %i comes %i",
    async (early, status) => {
      server.script = answering(`HTTP/1.1 ${early} Early\r\n\r\nHTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
      expect(await send()).toMatchObject({ kind: "response", status, body: "" });
    },
  );

  it("has its headers in lower case, each once", async () => {
    server.script = answering(
      `${ok}X-A: 1\r\nx-a: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n`,
    );
    const result = await send();
    const headers = result.kind === "response" ? result.headers : {};
    expect(Object.entries(headers)).toEqual(
      expect.arrayContaining([
        ["x-a", "1, 2"],
        ["set-cookie", "a=1, b=2"],
      ]),
    );
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  it.each([
    ["by its length", `${ok}content-length: 5\r\n\r\nGrüß`],
    ["in chunks", `${ok}transfer-encoding: chunked\r\n\r\n2\r\nGr\r\n1\r\n\u00c3\r\n2\r\n\u00bc!\r\n0\r\n\r\n`],
  ])("is read %s", async (_, answer) => {
    server.script = answering(Buffer.from(answer, answer.includes("\u00c3") ? "latin1" : "utf8"));
    expect(await send()).toMatchObject({ kind: "response", body: expect.stringMatching(/^Grü/), truncated: false });
  });

  it("to HEAD has no body, whatever its length says", async () => {
    server.script = answering(`${ok}content-length: 1000\r\n\r\n`);
    expect(await send({ method: "HEAD" })).toMatchObject({ kind: "response", status: 200, body: "" });
  });

  it.each([
    ["of the most that is taken in", "a".repeat(kib64), "a".repeat(kib64), false],
    ["of one byte more", "a".repeat(kib64 + 1), "a".repeat(kib64), true],
    ["of many more", "a".repeat(kib64 * 20), "a".repeat(kib64), true],
    ["that would be cut inside a character", `${"a".repeat(kib64 - 1)}é`, "a".repeat(kib64 - 1), true],
    ["that would be cut inside a fish", `${"a".repeat(kib64 - 3)}🐟`, "a".repeat(kib64 - 3), true],
    ["that ends with a character", `${"a".repeat(kib64 - 2)}éé`, `${"a".repeat(kib64 - 2)}é`, true],
  ])("%s is cut there if anywhere, between characters", async (_, sent, body, truncated) => {
    server.script = answering(`${ok}content-length: ${Buffer.byteLength(sent)}\r\n\r\n`, sent);
    const result = await send({ responseBytesMax: kib64 });
    expect(result).toMatchObject({ kind: "response", truncated });
    expect(result.kind === "response" && result.body === body).toBe(true);
    await server.closed();
  });

  it("that is no UTF-8 is no longer for it than what is taken in", async () => {
    server.script = answering(`${ok}content-length: 1000\r\n\r\n`, Buffer.alloc(1000, 0xff));
    const result = await send({ responseBytesMax: 1000 });
    expect(result).toMatchObject({ kind: "response", body: "\ufffd".repeat(333), truncated: true });
  });

  it("without end is left, and the connection closed, at the most that is taken in", async () => {
    server.script = (socket) => {
      socket.write(`${ok}content-type: text/plain\r\n\r\n`);
      const pour = () => {
        while (!socket.destroyed && socket.write("a".repeat(10_000)));
      };
      socket.on("drain", pour);
      pour();
    };
    expect(await send()).toMatchObject({ kind: "response", truncated: true });
    await server.closed();
  });

  it("that is compressed although none was asked for is not decoded: a bomb stays small", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    server.script = answering(`${ok}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb);
    const result = await send();
    expect(result).toMatchObject({ kind: "response", headers: { "content-encoding": "gzip" } });
    expect(result.kind === "response" && result.body.length <= bomb.length).toBe(true);
  });
});

it("many requests at once do not meet", async () => {
  server.script = (socket) => {
    socket.on("data", async (chunk) => {
      const path = / (\/\d+) /.exec(chunk.toString())?.[1] ?? "";
      await setImmediate();
      socket.end(`${ok}content-length: ${path.length}\r\n\r\n${path}`);
    });
  };
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
  const results = await Promise.all(paths.map((path) => send({ url: `http://${server.host}${path}` })));
  expect(results.map((result) => result.kind === "response" && result.body)).toEqual(paths);
});
