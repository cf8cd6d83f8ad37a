import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on a loopback port of its own. */
export type LoopbackServer = { readonly url: string; stop(): Promise<void> };

/** Listens. A handler that rejects drops its connection, as a service would that broke down over the request. */
export async function loopbackServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    response.on("error", () => {});
    handle(request, response).catch(() => request.socket.destroy());
  });
  // Longer than clients keep a connection, so that none sends a request into one that is being closed.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A message's whole body. @throws Error when its connection breaks before the end. */
export async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
