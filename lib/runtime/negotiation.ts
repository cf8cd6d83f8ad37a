import type { Route } from "#contract/route.ts";
import { DomainError } from "#domain/domain-error.ts";
import { matchesWeakly, parseCondition } from "#domain/etag.ts";
import type { ApiRequest } from "./api-request.ts";
import type { HttpAnswer } from "./http-answer.ts";

/**
 * Checks that the client takes what a JSON route gives (RFC 9110, section 12.5.1).
 *
 * @throws DomainError `not_acceptable` when `Accept` rules JSON out.
 */
export function assertAcceptsJson(route: Route, accept: string | undefined): void {
  const givesJson = Object.values(route.answers).some((answer) => answer.schema !== null);
  if (!givesJson || accept === undefined || accept.trim() === "") return;
  const ranges = accept
    .toLowerCase()
    .split(",")
    .map((range) => range.trim());
  const taken = ranges.some(
    (range) =>
      /^(\*\/\*|application\/(\*|json|problem\+json))\s*(;|$)/.test(range) && !/;\s*q=0(\.0*)?\s*(;|$)/.test(range),
  );
  if (!taken) throw new DomainError("not_acceptable", "This route answers application/json: accept that, or */*.");
}

/** Turns the answer to a read into 304 when `If-None-Match` names its version (RFC 9110, section 13.1.2). */
export function notModified(request: ApiRequest, answer: HttpAnswer): HttpAnswer {
  const header = request.header("if-none-match");
  const etag = answer.headers.etag;
  if (request.route.method !== "GET" || header === undefined || etag === undefined || answer.status !== 200)
    return answer;
  const condition = parseCondition(header, "If-None-Match");
  return matchesWeakly(condition, etag.slice(1, -1)) ? { status: 304, headers: { etag }, body: null } : answer;
}
