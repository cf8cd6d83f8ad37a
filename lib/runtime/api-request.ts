import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type * as z from "zod";
import { type Entry, entrySubject } from "#contract/json-entries.ts";
import type { Parsed, Route } from "#contract/route.ts";
import { summary } from "#contract/strict-json.ts";
import { DomainError, type Violation } from "#domain/domain-error.ts";
import { assertIfMatch } from "#domain/etag.ts";
import { commit, type Item, type Write } from "#store/commit.ts";
import { type IdempotencyClaim, keepAnswer } from "#store/idempotency.ts";
import type { Caller } from "./authenticate.ts";
import { type HttpAnswer, toResult } from "./http-answer.ts";
import { readQuery } from "./http-query.ts";
import { newWriteId } from "./identity.ts";

/** Thrown when a commit's condition failed: the state moved on, or another request with the same key was first. */
export class CommitRefused extends Error {
  readonly byIdempotencyKey: boolean;

  constructor(byIdempotencyKey: boolean) {
    super("commit refused");
    this.byIdempotencyKey = byIdempotencyKey;
  }
}

/** The Idempotency-Key of a request, and the item that stands there and may be replaced, if any. */
export type KeyInUse = { of: IdempotencyClaim; standing: Item | null };

/** One request as its handler sees it. Body and query are validated when they are asked for: after existence. */
export class ApiRequest<R extends Route = Route> {
  readonly route: R;
  readonly requestId: string;
  readonly caller: Caller;
  readonly nowMs: number = Date.now();
  /** Set by the shell when the request carries an Idempotency-Key. */
  claim: KeyInUse | null = null;
  readonly #event: APIGatewayProxyEventV2;
  readonly #body: unknown;

  constructor(route: R, event: APIGatewayProxyEventV2, read: { requestId: string; caller: Caller; body: unknown }) {
    this.route = route;
    this.requestId = read.requestId;
    this.caller = read.caller;
    this.#event = event;
    this.#body = read.body;
  }

  /** The path as the client sent it. */
  get path(): string {
    return this.#event.rawPath;
  }

  /** The query string as the client sent it. */
  get rawQuery(): string {
    return this.#event.rawQueryString;
  }

  /** A request header by its lower-case name. */
  header(name: string): string | undefined {
    return this.#event.headers[name];
  }

  /** A path parameter, decoded. */
  param(name: string): string {
    return this.#event.pathParameters?.[name] ?? "";
  }

  /** What tells this request from another with the same Idempotency-Key. */
  get fingerprint(): unknown {
    return { params: this.#event.pathParameters ?? {}, body: this.#body ?? null };
  }

  /** The body by the route's schema. @throws DomainError `validation_failed` naming every violation. */
  body(): Parsed<R["body"]> {
    return parsed(this.route.body, this.#body) as Parsed<R["body"]>;
  }

  /**
   * The entries of a body of many, each by the route's schema or with what is wrong with it.
   *
   * @throws DomainError `validation_failed` when there are none, or more than the route takes.
   */
  entries(): Entry<EntryOf<R>>[] {
    const { schema, countMax = 0 } = this.route.entries ?? {};
    const entries = (this.#body ?? null) as Entry<unknown>[] | null;
    if (entries === null || entries.length < 1 || entries.length > countMax) {
      throw new DomainError("validation_failed", `The body must hold 1 to ${countMax} entries.`);
    }
    return entries.map((entry) => (entry.ok ? validEntry(schema, entry.value) : entry)) as Entry<EntryOf<R>>[];
  }

  /** The query by the route's schema. @throws DomainError `malformed_query` or `validation_failed`. */
  query(): Parsed<R["query"]> {
    const known = Object.keys(this.route.query?.shape ?? {});
    return parsed(this.route.query, readQuery(this.#event.rawQueryString, known)) as Parsed<R["query"]>;
  }

  /** Enforces `If-Match` against a version. @throws DomainError `precondition_failed`. */
  assertIfMatch(version: number): void {
    assertIfMatch(this.header("if-match"), version);
  }

  /**
   * Saves, then answers. With an Idempotency-Key the answer is kept in the same transaction as the effect.
   *
   * @throws CommitRefused when a condition failed; the shell then runs the handler again on what is there now.
   */
  async commit(answer: HttpAnswer, writes: readonly Write[]): Promise<HttpAnswer> {
    const kept =
      this.claim === null ? [] : [keepAnswer(this.claim.of, keptForm(answer), this.nowMs, this.claim.standing)];
    const outcome = await commit([...writes, ...kept], { writeId: newWriteId(), requestId: this.requestId });
    if (!outcome.committed) throw new CommitRefused(outcome.refused === writes.length);
    return answer;
  }
}

type EntryOf<R extends Route> = R extends { entries: { schema: infer Schema extends z.ZodType } }
  ? z.output<Schema>
  : never;

function validEntry(schema: z.ZodType | undefined, value: unknown): Entry<unknown> {
  try {
    return { ok: true, value: parsed(schema, value, entrySubject) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ok: false, sent: "", error };
  }
}

/** An answer as it is kept for a repeat. */
export function keptForm(answer: HttpAnswer): { status: number; headers: Record<string, string>; body: string } {
  const { statusCode, headers, body } = toResult(answer);
  return { status: statusCode ?? 200, headers: headers as Record<string, string>, body: body ?? "" };
}

function parsed(schema: z.ZodType | undefined, input: unknown, subject?: string): unknown {
  if (schema === undefined) return undefined;
  if (input === undefined) throw new DomainError("validation_failed", "A JSON body is required.");
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors: Violation[] = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  throw new DomainError("validation_failed", summary(errors, subject), { errors });
}
