/** The closed list of error codes; `lib/contract/errors.ts` gives each its status, title and word. */
export const errorCodes = [
  "malformed_json",
  "malformed_header",
  "malformed_query",
  "invalid_cursor",
  "unauthorized",
  "forbidden",
  "route_not_found",
  "resource_not_found",
  "method_not_allowed",
  "not_acceptable",
  "state_conflict",
  "operation_in_progress",
  "precondition_failed",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
  "idempotency_key_reused",
  "precondition_required",
  "rate_limited",
  "service_unavailable",
  "internal_error",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One thing wrong with an input: where (a dotted path from the body, or the parameter's name) and how to mend it. */
export type Violation = { path: string; message: string };

/**
 * A broken rule: the only exception that becomes a 4xx answer.
 *
 * `message` is public. What is not (a cause, an SDK error) goes into `cause`, which is logged and never sent.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly errors: Violation[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { errors?: Violation[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "DomainError";
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}
