import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { answering, loopback, ok, startScriptedServer } from "#test/scripted-server.ts";

const server = await startScriptedServer();
const { send } = server;

describe("what the network does is told in plain words", () => {
  const gone = "connection closed before the answer was complete";

  it.each<[string, (socket: Socket) => void, string]>([
    ["closed at once", (socket) => socket.end(), gone],
    ["reset at once", (socket) => socket.resetAndDestroy(), gone],
    ["closed within a head", (socket) => answering(ok)(socket.on("data", () => socket.end())), gone],
    ["closed within a body", (socket) => socket.end(`${ok}content-length: 10\r\n\r\nhalf`), gone],
    ["closed within a chunk", (socket) => socket.end(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nab`), gone],
    ["no HTTP", answering("SSH-2.0-OpenSSH_9.9\r\n"), "answer is not valid HTTP"],
    ["two lengths", answering(`${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nab`), "answer is not valid HTTP"],
    [
      "a length and chunks",
      answering(`${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
      "answer is not valid HTTP",
    ],
    ["a bare line feed in a header", answering(`${ok}x-a: b\0c\r\n\r\n`), "answer is not valid HTTP"],
    [
      "another protocol",
      answering("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
      "answer is not valid HTTP",
    ],
    ["too long a head", answering(`${ok}x-a: ${"b".repeat(20_000)}\r\n\r\n`), "headers of the answer are too long"],
  ])("%s", async (_, script, reason) => {
    server.script = script;
    expect(await send()).toEqual({ kind: "network", reason });
    await server.closed();
  });

  it("connection refused", async () => {
    const closed = createServer();
    await once(closed.listen(0, "127.0.0.1"), "listening");
    const { port } = closed.address() as AddressInfo;
    await once(closed.close(), "close");
    const allow = new Set([`127.0.0.1:${port}`, `hooks.test:${port}`]);
    const lookup = async () => [loopback, { address: "::1", family: 6 }];
    for (const host of ["127.0.0.1", "hooks.test"]) {
      const result = await send({ url: `http://${host}:${port}/` }, { allow, lookup });
      expect(result).toEqual({ kind: "network", reason: "connection refused" });
    }
  });

  it.each([
    ["ENOTFOUND", "name not found"],
    ["EAI_AGAIN", "name could not be looked up"],
    ["EWHATEVER", "connection failed (EWHATEVER)"],
    ["not a code: 10.0.0.1", "connection failed"],
  ])("a resolver's %s: %s", async (code, reason) => {
    const lookup = () => Promise.reject(Object.assign(new Error(`queryA ${code} inside.example`), { code }));
    const result = await send({ url: `http://hooks.test:${server.port}/` }, { lookup });
    expect(result).toEqual({ kind: "network", reason });
  });

  it("a name without an address: name not found", async () => {
    const lookup = async () => [];
    const result = await send({ url: `http://hooks.test:${server.port}/` }, { lookup });
    expect(result).toEqual({ kind: "network", reason: "name not found" });
  });
});
