import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { corsOf } from "./cors.ts";
import { answerOf, gatewayAnswer, type HttpAnswer, integrationFailure } from "./http-answer.ts";
import { httpEvent, parseTarget } from "./http-event.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { IntegrationModel, LocalModel } from "./model.ts";
import { routeTable } from "./route-match.ts";

const bodyBytesMax = 10 * 1024 * 1024;
const headerBytesMax = 10_240;

/** A listening HTTP API whose routes are given later: its address is part of what the template resolves to. */
export type HttpApi = {
  readonly url: string;
  /** Serves; until then requests wait. */
  serve(model: LocalModel, host: LambdaHost): void;
  /** Lets requests under way finish, then closes every connection. */
  stop(): Promise<void>;
};

type Respond = (request: IncomingMessage, body: Buffer) => Promise<HttpAnswer>;

/** Listens, as API Gateway's HTTP API would behave. */
export async function listenHttpApi(host: string, port: number): Promise<HttpApi> {
  let begin: (respond: Respond) => void = () => {};
  const ready = new Promise<Respond>((resolve) => {
    begin = resolve;
  });
  // Headers far beyond the limit never get here: the parser's error below answers them.
  const server = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: 60_000 }, (request, response) => {
    handle(request, response, ready).catch(() => response.destroy());
  });
  // Longer than clients keep a connection, so that none sends a request into one that is being closed.
  server.keepAliveTimeout = 75_000;
  server.on("clientError", answerClientError);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;

  return {
    url: `http://${name}:${address.port}`,
    serve: (model, lambda) => begin(responder(model, lambda)),
    stop: () =>
      new Promise((resolve) => {
        // A connection that was busy is idle a moment later, and would be kept alive.
        const idle = setInterval(() => server.closeIdleConnections(), 20);
        const late = setTimeout(() => server.closeAllConnections(), 30_000);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(late);
          resolve();
        });
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cause.code === "EADDRINUSE" ? new Error(`port ${port} is taken: set PORT to another`, { cause }) : cause),
    );
    server.listen(port, host, resolve);
  });
}

function responder({ apis, routes, integrations }: LocalModel, lambda: LambdaHost): Respond {
  const [api] = apis;
  if (api === undefined || apis.length > 1)
    throw new Error(`lib/local serves one AWS::ApiGatewayV2::Api, not ${apis.length}`);
  const cors = api.cors && corsOf(api.cors);
  const byId = new Map(integrations.map((each) => [each.id, each]));
  const find = routeTable(
    routes.map(({ routeKey, target }) => {
      const integration = byId.get(target);
      if (integration === undefined) throw new Error(`the route ${routeKey} has no integration ${target}`);
      return { routeKey, target: integration };
    }),
  );

  async function answer(request: IncomingMessage, body: Buffer): Promise<HttpAnswer> {
    const target = parseTarget(request.url ?? "/");
    if (target === null) return gatewayAnswer(400, "Bad Request");
    const match = find(request.method ?? "GET", target.segments);
    if (match === null) return gatewayAnswer(404, "Not Found");
    return integrate(lambda, match.target, httpEvent(request, target, match, body, api?.id ?? ""));
  }

  return async (request, body) => {
    const origin = request.headers.origin;
    if (cors?.isPreflight(request.method ?? "", request.headers)) return cors.preflight(origin ?? "");
    const answered = await answer(request, body);
    return cors ? cors.apply(answered, origin) : answered;
  };
}

async function integrate(lambda: LambdaHost, integration: IntegrationModel, event: unknown): Promise<HttpAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<HttpAnswer>((resolve) => {
    timer = setTimeout(() => resolve(gatewayAnswer(503, "Service Unavailable")), integration.timeoutMs);
  });
  const invocation = lambda.invoke(integration.functionName, event).then((result) => {
    if (result.ok) return answerOf(result.value);
    return result.errorType === "RequestEntityTooLarge" ? tooLarge : integrationFailure;
  });
  const answer = await Promise.race([invocation, timeout]);
  clearTimeout(timer);
  return answer;
}

const tooLarge = gatewayAnswer(413, "Request Entity Too Large");

async function handle(request: IncomingMessage, response: ServerResponse, ready: Promise<Respond>): Promise<void> {
  response.on("error", () => {});
  const size = request.rawHeaders.reduce((sum, each) => sum + each.length + 2, 0);
  if (size > headerBytesMax) return write(response, gatewayAnswer(431, "Request Header Fields Too Large"), true);
  const body = await readBody(request);
  if (body === "aborted") return;
  if (body === "too-large") {
    request.resume();
    return write(response, tooLarge, true);
  }
  write(response, await (await ready)(request, body), false);
}

async function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "aborted"> {
  if (Number(request.headers["content-length"] ?? 0) > bodyBytesMax) return "too-large";
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The answer still has to go out, so the request may not be torn down when its body is too large.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > bodyBytesMax) return "too-large";
      chunks.push(chunk as Buffer);
    }
  } catch {
    return "aborted";
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, answer: HttpAnswer, closes: boolean): void {
  if (response.destroyed) return;
  const headers = answer.headers.flat();
  if (closes) headers.push("connection", "close");
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless) headers.push("content-length", String(answer.body.length));
  response.writeHead(answer.status, headers);
  response.end(bodiless ? undefined : answer.body);
}

function answerClientError(error: NodeJS.ErrnoException, socket: Socket | import("node:stream").Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const overflow = error.code === "HPE_HEADER_OVERFLOW";
  const { status, body } = overflow
    ? gatewayAnswer(431, "Request Header Fields Too Large")
    : gatewayAnswer(400, "Bad Request");
  const reason = overflow ? "Request Header Fields Too Large" : "Bad Request";
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
