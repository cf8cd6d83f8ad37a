import type * as z from "zod";
import type { ErrorCode } from "#domain/domain-error.ts";
import type { GrantedScope } from "#domain/scope.ts";

/** DynamoDB actions a function may be granted on a table. A transaction needs those of its parts. */
export type TableAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "UpdateItem" | "DeleteItem";

/** Actions on the queue of work. */
export type QueueAction = "SendMessage" | "GetQueueAttributes";

/**
 * Actions on the bucket that holds long outputs. Who gets objects must list them too: else S3 answers 403 for one that is
 * not there, as it does to who may not have it (AWS: "GetObject", under "Permissions").
 */
export type OutputsAction = "GetObject" | "PutObject" | "DeleteObject" | "ListBucket";

/** Actions on the parameters that hold secrets. */
export type SecretsAction = "GetParameters" | "GetParametersByPath" | "PutParameter" | "DeleteParameter";

/** What a function is allowed to do in AWS, and nothing else. */
export type Grants = {
  table?: readonly TableAction[];
  counters?: readonly TableAction[];
  queue?: readonly QueueAction[];
  outputs?: readonly OutputsAction[];
  secrets?: readonly SecretsAction[];
};

/** Who may call: anybody, or a caller with the scope. */
export type Scope = "public" | GrantedScope;

/** The longest body of a route that does not say otherwise, in bytes. */
export const bodyBytesMaxDefault = 256 * 1024;

/** How a body may be written: as a JSON document, or as a JSON document a line (https://github.com/ndjson/ndjson-spec). */
export type BodyType = "application/json" | "application/x-ndjson";

/** How long a function may take to answer a request, in seconds. */
export const answerSecondsMax = 20;

/**
 * A body of many entries: a JSON array of 1 to `countMax`, or as many lines. Each entry is judged by itself, as if it had
 * come alone, so a bad one does not spoil the others; `bytesMax` is how long one may be.
 */
export type Entries = { schema: z.ZodType; countMax: number; bytesMax: number };

/** One answer of a route. `schema` null: no JSON body (then `contentType` says what there is, if anything). */
export type Answer = {
  description: string;
  schema: z.ZodType | null;
  contentType?: string | readonly string[];
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
  /** Another scope that suffices. */
  orScope?: GrantedScope;
  /** True where the answer depends on who calls: credentials are then looked at also where none are needed. */
  dependsOnCaller?: boolean;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** In place of `body`: a body of many. */
  entries?: Entries;
  /** The media types of the body; JSON alone when absent. */
  bodyTypes?: readonly BodyType[];
  /** The longest body, in bytes; `bodyBytesMaxDefault` when absent. */
  bodyBytesMax?: number;
  /** Answers by status; the error answers come from `errors` and from what every route can answer. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes this route can answer with, besides those every route of its shape has. */
  errors: readonly ErrorCode[];
  /** True where `If-Match` is honoured; `required` where there is no answer without it. */
  ifMatch?: boolean | "required";
  grants: Grants;
  memoryMiB?: number;
};

/** What a route's schemas parse into. */
export type Parsed<Schema extends z.ZodType | undefined> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Keeps a route's literal types while checking its shape. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}
