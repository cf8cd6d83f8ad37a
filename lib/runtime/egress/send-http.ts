import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as nodeRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { headerRefusal, methodRefusal, urlRefusal } from "#contract/egress.ts";
import type { HttpRequest, HttpResult } from "#domain/http-exchange.ts";
import { environment } from "#store/environment.ts";
import { egressAllow } from "./egress-allow.ts";
import { guardedConnection, type Network } from "./guarded-connection.ts";
import { networkReason } from "./network-reason.ts";
import { readBody } from "./read-body.ts";

/**
 * Sends a request that a stranger may have written, to nowhere but the public internet (and what EGRESS_ALLOW opens on
 * the laptop). Follows no redirect, honours no proxy variable, decodes no compressed body (none is asked for), and is
 * over after `timeoutMs` at the latest, whatever the other side does. It says who it is where the request does not. It asks
 * once: repeating is the caller's.
 */
export async function sendHttp(request: HttpRequest): Promise<HttpResult> {
  const headers = { "user-agent": userAgent(), ...request.headers }; // of two names the later holds, in any case
  const network = { allow: egressAllow(), lookup: (name: string) => lookup(name, { all: true }), connect };
  return sendHttpWith(network, { ...request, headers });
}

/** Some APIs refuse who does not say who they are. A version is any text; a product's is a token (RFC 9110, 10.1.5). */
function userAgent(): string {
  return `Sluice/${environment().APP_VERSION.replace(/[^\w.+-]/g, "_")}`;
}

/** `sendHttp` over another way out. */
export async function sendHttpWith(network: Network, request: HttpRequest): Promise<HttpResult> {
  const reason = requestRefusal(request, network);
  if (reason !== null) return { kind: "refused", reason };
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  try {
    return await exchange(new URL(request.url), network, request, deadline.signal);
  } catch (error) {
    if (deadline.signal.aborted) return { kind: "timeout", afterMs: request.timeoutMs };
    return { kind: "network", reason: networkReason(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Why a request is not sent, in a sentence; what was saved long ago or filled in since is judged by today's rules. */
function requestRefusal({ method, url, headers }: HttpRequest, { allow }: Network): string | null {
  const ofMethod = methodRefusal(method);
  if (ofMethod !== null) return `the method ${ofMethod}`;
  const ofUrl = urlRefusal(url, allow);
  if (ofUrl !== null) return `the URL ${ofUrl}`;
  for (const [name, value] of Object.entries(headers)) {
    const ofHeader = headerRefusal(name, value);
    if (ofHeader !== null) return `the header ${JSON.stringify(name.slice(0, 64))} ${ofHeader}`;
  }
  return null;
}

async function exchange(url: URL, network: Network, request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
  const connection = await guardedConnection(url, network, signal);
  if ("refusal" in connection) return { kind: "refused", reason: `the URL ${connection.refusal}` };
  const { socket } = connection;
  try {
    const answer = await answerOver(socket, url, request, signal);
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]);
    const body = await readBody(answer, request.responseBytesMax);
    return { kind: "response", status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), ...body };
  } finally {
    socket.destroy();
  }
}

/** Writes the request and waits for the answer's head. With a connection given, Node asks no agent, and so no proxy. */
function answerOver(
  socket: Socket,
  url: URL,
  { method, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = nodeRequest({
      createConnection: () => socket,
      method,
      path: `${url.pathname}${url.search}`,
      setHost: false,
      headers: {
        ...headers,
        host: hostHeader(url),
        "accept-encoding": "identity",
        ...(body === null ? {} : { "content-length": Buffer.byteLength(body) }),
      },
      signal,
      joinDuplicateHeaders: true,
      maxHeaderSize: 16_384, // of the answer
      insecureHTTPParser: false,
    });
    outgoing.on("response", resolve);
    outgoing.on("upgrade", () => reject(Object.assign(new Error("unasked 101"), { code: "HPE_UPGRADE" })));
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(Object.assign(new Error("no answer"), { code: "ECONNRESET" })));
    outgoing.end(body ?? undefined);
  });
}

/** The host without the dot that may end a name, and its port where that is not the scheme's own. */
function hostHeader(url: URL): string {
  return url.host.replace(/\.(?=:|$)/, "");
}
