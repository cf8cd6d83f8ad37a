import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { chooseFault, halved, refusal } from "./call-fault.ts";
import type { CallOwners } from "./call-owners.ts";
import type { AwsCall, FaultControl } from "./faults.ts";
import { type LoopbackServer, loopbackServer, readAll } from "./loopback-server.ts";
import { type Meter, meteredActions } from "./meter.ts";
import { s3Call } from "./s3-call.ts";

/** What all proxies of a run share. */
export type ProxyContext = {
  readonly faults: FaultControl;
  readonly meter: Meter | null;
  readonly owners: CallOwners;
  /** The index of the next call. */
  readonly counter: { next: number };
};

type Upstream = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
type Sent = { readonly body: Buffer; readonly amend: ((answer: Record<string, unknown>) => void) | null };

/** Starts a loopback proxy before one emulator, where calls are metered and disturbed. */
export async function startAwsProxy(
  service: AwsCall["service"],
  upstream: string,
  { faults, meter, owners, counter }: ProxyContext,
): Promise<LoopbackServer> {
  const agent = new Agent({ keepAlive: true });

  const server = await loopbackServer(async (incoming, outgoing) => {
    const content = await readAll(incoming);
    const owner = owners.of(incoming);
    const isDead = () => owner?.state === "dead";
    const functionName = owner?.functionModel.name ?? null;
    const call: AwsCall = { service, functionName, ...describe(service, incoming, content), index: counter.next++ };
    const fault = chooseFault(call, faults);
    await faults.current.calls?.before?.(call);
    if (fault === "kill") owner?.die();
    // A call that went out beside the one that its invocation died at is not made either.
    if (fault === "kill" || isDead()) return drop(incoming);
    const refused = refusal(call, fault);
    if (refused !== null) {
      meter?.record(call, content.length, refused.status, Buffer.from(refused.body));
      outgoing.writeHead(refused.status, { "content-type": refused.contentType }).end(refused.body);
      return;
    }
    const sent = sentBody(call, fault === "partial", content, meter !== null);
    const answer = await forward(incoming, sent.body, upstream, agent);
    meter?.record(call, content.length, answer.status, answer.body);
    await faults.current.calls?.after?.(call, answer.body);
    if (fault === "killAfter") owner?.die();
    if (fault === "killAfter" || fault === "lostAnswer" || isDead()) return drop(incoming);
    const { connection: _, ...headers } = answer.headers;
    if (sent.amend === null) outgoing.writeHead(answer.status, headers).end(answer.body);
    else outgoing.writeHead(answer.status, unframed(headers)).end(amended(answer.body, sent.amend));
  });

  return {
    url: server.url,
    stop: () => {
      agent.destroy();
      return server.stop();
    },
  };
}

function forward(incoming: IncomingMessage, body: Buffer, upstream: string, agent: Agent): Promise<Upstream> {
  const { host: _, connection: __, expect: ___, "transfer-encoding": ____, ...headers } = incoming.headers;
  const { hostname, port } = new URL(upstream);
  return new Promise((resolve, reject) => {
    const call = request({
      hostname,
      port,
      // As it came: an address put together anew would lose the dots of a key.
      path: incoming.url,
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

function drop(incoming: IncomingMessage): void {
  incoming.socket.destroy();
}

function describe(
  service: AwsCall["service"],
  incoming: IncomingMessage,
  content: Buffer,
): Pick<AwsCall, "action" | "body"> {
  if (service !== "s3")
    return { action: String(incoming.headers["x-amz-target"] ?? "").split(".")[1] ?? "", body: parse(content) };
  const { action, bucket, key } = s3Call(incoming.method ?? "", incoming.url ?? "/");
  return { action: action ?? "", body: { Bucket: bucket, Key: key } };
}

function sentBody(call: AwsCall, halves: boolean, content: Buffer, metered: boolean): Sent {
  const half = halves ? halved(call) : null;
  const body = half?.body ?? call.body;
  const amend = half?.amend ?? null;
  if (metered && call.service === "dynamodb" && meteredActions.has(call.action))
    return { body: Buffer.from(JSON.stringify({ ...body, ReturnConsumedCapacity: "INDEXES" })), amend };
  return { body: half === null ? content : Buffer.from(JSON.stringify(body)), amend };
}

function parse(text: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(text.toString());
  } catch {
    return {};
  }
}

// The checksum would be that of another body, and the length is set anew.
function unframed({ "content-length": _, "x-amz-crc32": __, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

function amended(body: Buffer, amend: (answer: Record<string, unknown>) => void): string {
  const answer = parse(body);
  amend(answer);
  return JSON.stringify(answer);
}
