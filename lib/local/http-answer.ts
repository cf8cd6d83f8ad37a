import { validateHeaderName, validateHeaderValue } from "node:http";

/** What the gateway writes back. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: [name: string, value: string][];
  readonly body: Buffer;
};

/** An answer that API Gateway makes itself. */
export function gatewayAnswer(status: number, message: string): HttpAnswer {
  return { status, headers: [["content-type", "application/json"]], body: Buffer.from(JSON.stringify({ message })) };
}

/** What API Gateway says when a function fails or answers nonsense. */
export const integrationFailure: HttpAnswer = gatewayAnswer(500, "Internal Server Error");

// The gateway frames the message itself.
const framing = new Set(["content-length", "transfer-encoding", "connection", "keep-alive"]);

/**
 * Reads a function's answer by the rules of payload format 2.0: without a `statusCode` the whole answer is the JSON body.
 * An answer that API Gateway could not send is its 500.
 */
export function answerOf(value: unknown): HttpAnswer {
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    return {
      status: 200,
      headers: [["content-type", "application/json"]],
      body: Buffer.from(JSON.stringify(value ?? null)),
    };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = value as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return integrationFailure;
  if (body !== undefined && body !== null && typeof body !== "string") return integrationFailure;
  const fields: [string, string][] = [];
  for (const [name, field] of Object.entries((headers ?? {}) as Record<string, unknown>)) {
    if (!framing.has(name.toLowerCase()) && field !== undefined && field !== null)
      fields.push([name.toLowerCase(), String(field)]);
  }
  if (Array.isArray(cookies)) for (const cookie of cookies) fields.push(["set-cookie", String(cookie)]);
  if (!fields.every(([name, field]) => isSendable(name, field))) return integrationFailure;
  if (!fields.some(([name]) => name === "content-type")) fields.push(["content-type", "text/plain;charset=UTF-8"]);
  return { status, headers: fields, body: Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8") };
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
