import type * as z from "zod";
import type { ErrorCode } from "#domain/domain-error.ts";

/** DynamoDB actions a function may be granted on a table. A transaction needs those of its parts. */
export type TableAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "UpdateItem" | "DeleteItem";

/** What a function is allowed to do in AWS, and nothing else. */
export type Grants = {
  table?: readonly TableAction[];
  counters?: readonly TableAction[];
  queue?: readonly "SendMessage"[];
};

/** Who may call: anybody, or a caller with the scope. */
export type Scope = "public" | "read" | "write";

/** One answer of a route. `schema` null: no JSON body (then `contentType` says what there is, if anything). */
export type Answer = {
  description: string;
  schema: z.ZodType | null;
  contentType?: string;
  headers?: readonly ("ETag" | "Location" | "Link" | "Idempotency-Replayed" | "Cache-Control")[];
};

/**
 * A route, declared once. From this come the API Gateway route and its function's role, the OpenAPI operation, and
 * the file that serves it: `functions/api/<family>/<verb>.ts` for the id `<family>.<verb>`.
 */
export type Route = {
  id: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** Further paths of the same route. Every path is also served with a trailing slash. */
  aliases?: readonly string[];
  summary: string;
  description?: string;
  scope: Scope;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Answers by status; the error answers come from `errors` and from what every route can answer. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes this route can answer with, besides those every route of its shape has. */
  errors: readonly ErrorCode[];
  /** True where `If-Match` is honoured. */
  ifMatch?: boolean;
  grants: Grants;
  memoryMiB?: number;
};

/** What a route's schemas parse into. */
export type Parsed<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Keeps a route's literal types while checking its shape. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}
