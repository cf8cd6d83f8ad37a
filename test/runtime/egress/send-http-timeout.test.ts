import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { answering, ok, startScriptedServer } from "#test/scripted-server.ts";

const server = await startScriptedServer();
const { send } = server;

describe("the time for all of it is over", () => {
  const never = () => new Promise<never>(() => {});
  const over = { kind: "timeout", afterMs: 40 };
  const url = `http://hooks.test:${server.port}/`;

  it("while a name is looked up", async () => {
    expect(await send({ url, timeoutMs: 40 }, { lookup: never })).toEqual(over);
  });

  it("while a connection is made, which is given up", async () => {
    const waiting = new Socket();
    expect(await send({ url, timeoutMs: 40 }, { connect: () => waiting })).toEqual(over);
    expect(waiting.destroyed).toBe(true);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["before an answer begins", () => {}],
    ["within the head of an answer", answering(`${ok}content-len`)],
    ["after an early answer", answering("HTTP/1.1 102 Processing\r\n\r\n")],
    ["before the body of an answer", answering(`${ok}content-length: 10\r\n\r\n`)],
    ["while a body dribbles in", dribbling(`${ok}transfer-encoding: chunked\r\n\r\n`, "1\r\na\r\n")],
    ["while a head dribbles in", dribbling(ok, "x-a: 1\r\n")],
    ["while early answers dribble in", dribbling("", "HTTP/1.1 102 Processing\r\n\r\n")],
  ])("%s, and the connection closed", async (_, script) => {
    server.script = script;
    expect(await send({ timeoutMs: 40 })).toEqual(over);
    await server.closed();
  });

  it("while the other side does not take the request in, and the connection closed", async () => {
    const accepted = new Promise<Socket>((resolve) => {
      server.script = (socket) => resolve(socket.pause());
    });
    const result = await send({ method: "POST", body: "a".repeat(30_000_000), timeoutMs: 200 });
    expect(result).toEqual({ kind: "timeout", afterMs: 200 });
    (await accepted).resume();
    await server.closed();
  });

  it("while TLS begins, and the connection closed", async () => {
    server.script = () => {};
    expect(await send({ url: `https://${server.host}/`, timeoutMs: 40 })).toEqual(over);
    await server.closed();
  });
});

/** Writes a beginning, and then the same again and again for as long as it is listened to. */
function dribbling(beginning: string, part: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(beginning);
    const timer = setInterval(() => socket.write(part), 2);
    socket.on("close", () => clearInterval(timer));
  };
}
