import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll } from "vitest";
import type { HttpRequest, HttpResult } from "#domain/http-exchange.ts";
import type { Network } from "#runtime/egress/guarded-connection.ts";
import { sendHttpWith } from "#runtime/egress/send-http.ts";

export const loopback = { address: "127.0.0.1", family: 4 };
/** How an answer begins. */
export const ok = "HTTP/1.1 200 OK\r\n";

/** A server that does with each connection what a test says, in bytes. */
export type ScriptedServer = {
  readonly port: number;
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** What it does from now on. */
  script: (socket: Socket) => void;
  /** Resolves when every connection so far is closed, and with what was written on them. */
  closed(): Promise<string>;
  /** Sends a request to it, a GET of its root unless told otherwise; `hooks.test` is another name of it. */
  send(request?: Partial<HttpRequest>, over?: Partial<Network>): Promise<HttpResult>;
};

/** Starts a server on loopback that answers nothing until it is told what. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  let connections: { socket: Socket; heard: string }[] = [];
  const server = createServer((socket) => {
    const connection = { socket, heard: "" };
    connections.push(connection);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      connection.heard += chunk.toString("latin1");
    });
    scripted.script(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  afterAll(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const allow = new Set([host, `hooks.test:${port}`]);
  const network: Network = { allow, lookup: async () => [loopback], connect };
  const defaults = { method: "GET", url: `http://${host}/`, headers: {}, body: null };
  const bounds = { timeoutMs: 20_000, responseBytesMax: 65_536 };
  const scripted: ScriptedServer = {
    port,
    host,
    script: () => {},
    closed: async () => {
      const all = connections;
      connections = [];
      await Promise.all(all.map(({ socket }) => closing(socket)));
      return all.map(({ heard }) => heard).join("");
    },
    send: (request, over) => sendHttpWith({ ...network, ...over }, { ...defaults, ...bounds, ...request }),
  };
  return scripted;
}

/** A script that waits for the end of a request's head, and then writes. */
export function answering(...parts: (string | Uint8Array)[]): (socket: Socket) => void {
  return (socket) => {
    let heard = "";
    socket.on("data", (chunk) => {
      const wasWhole = heard.includes("\r\n\r\n");
      heard += chunk.toString("latin1");
      if (wasWhole || !heard.includes("\r\n\r\n")) return;
      for (const part of parts) socket.write(part);
    });
  };
}

/** Resolves when a connection is closed, in whatever way. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.on("close", () => resolve())));
}
