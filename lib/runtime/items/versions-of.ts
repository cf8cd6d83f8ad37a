import { assertHasIfMatch, parseCondition } from "#domain/etag.ts";
import { type VersionCondition, versionsIn } from "#domain/version-condition.ts";
import type { ApiRequest } from "#runtime/api-request.ts";

/**
 * The versions that `If-Match` lets a command stand on, for a write to check.
 *
 * @throws DomainError `precondition_required` where the route needs the header, `malformed_header` on bad syntax.
 */
export function versionsOf(request: ApiRequest): VersionCondition {
  const header = request.header("if-match");
  if (request.route.ifMatch === "required") assertHasIfMatch(header);
  return versionsIn(header === undefined ? null : parseCondition(header, "If-Match"));
}
