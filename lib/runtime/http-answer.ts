import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { etagOf } from "#domain/etag.ts";

/** What a handler answers. `body` is sent as JSON, or as it is when it is bytes. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown };

/** An answer with a resource that has a version: its ETag follows from it, and from the variant, as `etagOf` says. */
export function resource(
  status: 200 | 201 | 202,
  body: { version: number },
  location?: string,
  variant: string | null = null,
): HttpAnswer {
  return {
    status,
    headers: { etag: etagOf(body.version, variant), ...(location === undefined ? {} : { location }) },
    body,
  };
}

/** An answer with any other JSON body. */
export function json(body: unknown, headers: Record<string, string> = {}, status = 200): HttpAnswer {
  return { status, headers, body };
}

/** 204: done, and nothing to say of it. */
export function noContent(): HttpAnswer {
  return { status: 204, headers: {}, body: null };
}

/** The answer as API Gateway takes it. */
export function toResult(answer: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  const { status: statusCode, headers, body } = answer;
  if (body === null || body === undefined) return { statusCode, headers };
  if (body instanceof Uint8Array) {
    return { statusCode, headers, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
  }
  if (typeof body === "string") return { statusCode, headers, body };
  return { statusCode, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}
