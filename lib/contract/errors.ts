import * as z from "zod";
import { type DomainError, type ErrorCode, errorCodes } from "#domain/domain-error.ts";

/** Status, title (RFC 9457) and word (`error`, that of the former services) of every error code. */
export const errorTable: Record<ErrorCode, { status: number; title: string; error: string }> = {
  malformed_json: { status: 400, title: "Malformed JSON", error: "BadRequest" },
  malformed_header: { status: 400, title: "Malformed header", error: "BadRequest" },
  malformed_query: { status: 400, title: "Malformed query", error: "BadRequest" },
  invalid_cursor: { status: 400, title: "Invalid cursor", error: "BadRequest" },
  unauthorized: { status: 401, title: "Unauthorized", error: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden", error: "Forbidden" },
  route_not_found: { status: 404, title: "No such route", error: "NotFound" },
  resource_not_found: { status: 404, title: "Not found", error: "NotFound" },
  method_not_allowed: { status: 405, title: "Method not allowed", error: "MethodNotAllowed" },
  not_acceptable: { status: 406, title: "Not acceptable", error: "NotAcceptable" },
  state_conflict: { status: 409, title: "State conflict", error: "Conflict" },
  operation_in_progress: { status: 409, title: "Operation in progress", error: "Conflict" },
  precondition_failed: { status: 412, title: "Precondition failed", error: "PreconditionFailed" },
  payload_too_large: { status: 413, title: "Payload too large", error: "PayloadTooLarge" },
  unsupported_media_type: { status: 415, title: "Unsupported media type", error: "UnsupportedMediaType" },
  validation_failed: { status: 422, title: "Validation failed", error: "ValidationError" },
  idempotency_key_reused: { status: 422, title: "Idempotency key reused", error: "ValidationError" },
  precondition_required: { status: 428, title: "Precondition required", error: "PreconditionRequired" },
  rate_limited: { status: 429, title: "Too many requests", error: "TooManyRequests" },
  service_unavailable: { status: 503, title: "Service unavailable", error: "ServiceUnavailable" },
  internal_error: { status: 500, title: "Internal error", error: "InternalError" },
};

/** The one error body of every 4xx and 5xx: the former services' three members and those of RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().meta({
      description: "A URI reference that names the kind of problem.",
      examples: ["/docs/errors#state_conflict"],
    }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: "What went wrong and how to mend it." }),
    instance: z.string().meta({ description: "The path of the request." }),
    code: z.enum(errorCodes),
    error: z.string().meta({ description: "The kind of error in one word.", examples: ["Conflict"] }),
    message: z.string().meta({ description: "The same as `detail`." }),
    request_id: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof problemSchema>;

/** The problem body of an error, for one request. */
export function problemOf(error: DomainError, request: { path: string; requestId: string }): Problem {
  const { status, title, error: word } = errorTable[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    detail: error.message,
    instance: request.path,
    code: error.code,
    error: word,
    message: error.message,
    request_id: request.requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}
