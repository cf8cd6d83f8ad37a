import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { chooseFault, halved, refusal } from "./call-fault.ts";
import type { AwsCall, FaultControl } from "./faults.ts";
import { type Meter, meteredActions } from "./meter.ts";

/** A loopback proxy before one emulator, where calls are metered and disturbed. */
export type AwsProxy = { readonly url: string; stop(): Promise<void> };

type Upstream = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** Starts a proxy; the index counts on over all proxies that share a counter. */
export async function startAwsProxy(
  service: AwsCall["service"],
  upstream: string,
  faults: FaultControl,
  meter: Meter | null,
  counter: { next: number },
): Promise<AwsProxy> {
  const agent = new Agent({ keepAlive: true });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const text = await readAll(incoming);
    const action = String(incoming.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
    const call: AwsCall = { service, action, body: parse(text), index: counter.next++ };
    const fault = chooseFault(call, faults);
    await faults.current.calls?.before?.(call);
    const refused = refusal(call, fault);
    if (refused !== null) {
      meter?.record(call, text.length, refused.status, Buffer.from(refused.body));
      outgoing.writeHead(refused.status, { "content-type": "application/x-amz-json-1.0" }).end(refused.body);
      return;
    }
    const half = fault === "partial" ? halved(call) : null;
    const metered = meter !== null && service === "dynamodb" && meteredActions.has(action);
    const sent = half?.body ?? call.body;
    const body = metered
      ? JSON.stringify({ ...sent, ReturnConsumedCapacity: "INDEXES" })
      : half
        ? JSON.stringify(sent)
        : text;
    const answer = await forward(incoming, Buffer.from(body));
    meter?.record(call, text.length, answer.status, answer.body);
    await faults.current.calls?.after?.(call);
    if (fault === "lostAnswer") {
      incoming.socket.destroy();
      return;
    }
    outgoing
      .writeHead(answer.status, headersOf(answer.headers))
      .end(half ? amended(answer.body, half.amend) : answer.body);
  }

  function forward(incoming: IncomingMessage, body: Buffer): Promise<Upstream> {
    const { host, connection, "content-length": length, "transfer-encoding": encoding, ...headers } = incoming.headers;
    return new Promise((resolve, reject) => {
      const call = request(upstream + (incoming.url ?? "/"), {
        method: incoming.method,
        agent,
        headers: { ...headers, "content-length": body.length },
      });
      call.on("error", reject);
      call.on("response", (response) =>
        readAll(response).then(
          (content) => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: content }),
          reject,
        ),
      );
      call.end(body);
    });
  }

  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => {});
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parse(text: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(text.toString());
  } catch {
    return {};
  }
}

// The checksum would be that of another body, and the length is set anew.
function headersOf({
  "content-length": _,
  "x-amz-crc32": __,
  connection: ___,
  ...headers
}: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

function amended(body: Buffer, amend: (answer: Record<string, unknown>) => void): string {
  const answer = parse(body);
  amend(answer);
  return JSON.stringify(answer);
}
