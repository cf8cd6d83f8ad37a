import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The other side of webhooks, on loopback: it answers 200 with `{"ok":true}`. */
export async function benchReceiver(): Promise<{ url: string; address: string; stop(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${address}/`, address, stop: () => void server.close() };
}
