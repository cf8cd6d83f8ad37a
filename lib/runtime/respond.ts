import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { problemOf } from "#contract/errors.ts";
import { DomainError } from "#domain/domain-error.ts";
import { type HttpAnswer, json } from "./http-answer.ts";
import { logger } from "./logger.ts";
import { countMetrics } from "./metrics.ts";
import { withContext } from "./request-context.ts";

/**
 * Answers one request in its own context, with its request id. Every error becomes the one error body: what is not a
 * DomainError is logged whole and answered as `internal_error`, or `service_unavailable` where AWS was busy.
 */
export async function respond(
  event: APIGatewayProxyEventV2,
  work: (requestId: string) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const requestId = requestIdOf(event);
  const answer = await withContext({ requestId }, async () => {
    try {
      return await work(requestId);
    } catch (error) {
      return problemAnswer(error, { path: event.rawPath, requestId });
    }
  });
  return { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
}

function problemAnswer(error: unknown, request: { path: string; requestId: string }): HttpAnswer {
  const known = domainErrorOf(error);
  const problem = problemOf(known, request);
  return json(problem, { ...known.headers, "cache-control": "no-store" }, problem.status);
}

/**
 * What to say of an error. One that is not a DomainError is logged whole, and said to be `service_unavailable` where it
 * passes by itself, `internal_error` otherwise.
 */
export function domainErrorOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  logger.error("request failed", error as Error);
  if (isPassing(error)) {
    return new DomainError("service_unavailable", "The service is busy. Try again in a second.", {
      headers: { "retry-after": "1" },
    });
  }
  countMetrics({ InternalError: 1 });
  return new DomainError(
    "internal_error",
    "Something went wrong on our side. Quote the request_id when you report it.",
  );
}

/** True for what passes by itself: throttling, time-outs and dropped connections, after the SDK's own retries. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("$retryable" in error && error.$retryable !== undefined) return true;
  const code = "code" in error ? String(error.code) : "";
  return /Timeout|ECONN|EPIPE|ENOTFOUND|ThroughputExceeded|Throttling|RequestLimit|InternalServer/.test(
    `${error.name} ${code}`,
  );
}

function requestIdOf(event: APIGatewayProxyEventV2): string {
  const given = event.headers["x-request-id"];
  return given !== undefined && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}
