import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { accountId } from "./aws-names.ts";
import type { RouteMatch } from "./route-match.ts";

/** The target of a request taken apart; `segments` and `path` are decoded, as HTTP APIs do before they route. */
export type RequestTarget = {
  readonly path: string;
  readonly segments: readonly string[];
  readonly rawQueryString: string;
  readonly query: Record<string, string> | null;
};

/** Takes a request target apart; null when its percent-encoding is malformed. */
export function parseTarget(target: string): RequestTarget | null {
  // A proxy-style absolute target has its origin cut off.
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const [beforeQuery = "", ...rest] = (local.startsWith("/") ? local : `/${local}`).split("?");
  const rawQueryString = rest.join("?");
  try {
    const segments = beforeQuery.slice(1).split("/").map(decodeURIComponent);
    return { path: `/${segments.join("/")}`, segments, rawQueryString, query: parseQuery(rawQueryString) };
  } catch {
    return null;
  }
}

function parseQuery(raw: string): Record<string, string> | null {
  if (raw === "") return null;
  const query: Record<string, string> = Object.create(null);
  for (const pair of raw.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.replaceAll("+", " ").split("=");
    const key = decodeLeniently(name);
    const decoded = decodeLeniently(value.join("="));
    query[key] = query[key] === undefined ? decoded : `${query[key]},${decoded}`;
  }
  return query;
}

/** Bad encoding in a query is the function's to refuse: it gets the raw query string too. */
function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// These speak of the connection, which ends at the gateway.
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "te",
  "expect",
  "proxy-connection",
]);

/** Headers in lower case, duplicates joined by commas; cookies apart. */
function splitHeaders(raw: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = Object.create(null);
  const cookies: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter((each) => each !== ""));
    else if (!hopByHop.has(name)) headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { headers, cookies };
}

/**
 * The event of payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  request: IncomingMessage,
  target: RequestTarget,
  match: RouteMatch<unknown>,
  body: Buffer,
  apiId: string,
): Record<string, unknown> {
  const { headers, cookies } = splitHeaders(request.rawHeaders);
  const now = new Date();
  const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
  headers["x-forwarded-for"] =
    headers["x-forwarded-for"] === undefined ? sourceIp : `${headers["x-forwarded-for"]}, ${sourceIp}`;
  headers["x-forwarded-port"] ??= String(request.socket.localPort ?? "");
  headers["x-forwarded-proto"] ??= "http";
  const requestId = randomUUID();
  const text = body.length === 0 ? null : textOf(headers["content-type"], body);
  return {
    version: "2.0",
    routeKey: match.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(target.query !== null && { queryStringParameters: target.query }),
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    requestContext: {
      accountId,
      apiId,
      domainName: headers.host ?? "127.0.0.1",
      domainPrefix: apiId,
      http: {
        method: request.method ?? "GET",
        path: target.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: match.routeKey,
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: text ?? body.toString("base64") }),
    isBase64Encoded: body.length > 0 && text === null,
  };
}

const textType = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|[^;\s]+\+json)\s*(;|$))/i;

function textOf(contentType: string | undefined, body: Buffer): string | null {
  if (contentType === undefined || !textType.test(contentType)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function commonLogTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time} +0000`;
}
