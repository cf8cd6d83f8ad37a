import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

/** A request that a receiver got. */
export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };

/** What a receiver answers; `null` leaves the request without an answer. */
type Reply = (
  request: Received,
  response: ServerResponse,
) => { status?: number; headers?: Record<string, string>; body?: string } | null;

/** The other side of webhooks, on loopback. */
export type Receiver = {
  url: string;
  /** `host:port`, as EGRESS_ALLOW takes it. */
  address: string;
  received: Received[];
  reply: Reply;
  clear(): void;
};

/** Starts a receiver for one test file and stops it after. It answers 200 with what it got, unless told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const echo: Reply = ({ method, body }) => ({ body: JSON.stringify({ method, got: body }) });
  const receiver: Receiver = {
    url: "",
    address: "",
    received: [],
    reply: echo,
    clear() {
      this.received.length = 0;
      this.reply = echo;
    },
  };
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
    receiver.received.push(request);
    const reply = receiver.reply(request, outgoing);
    if (reply === null) return;
    outgoing
      .writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers })
      .end(reply.body ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  receiver.address = `127.0.0.1:${port}`;
  receiver.url = `http://${receiver.address}`;
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}
