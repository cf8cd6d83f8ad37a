import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type * as z from "zod";
import { type Entry, entrySubject } from "#contract/json-entries.ts";
import type { Parsed, Route } from "#contract/route.ts";
import { summary } from "#contract/strict-json.ts";
import { DomainError, type Violation } from "#domain/domain-error.ts";
import { assertHasIfMatch, assertIfMatch } from "#domain/etag.ts";
import { toldIssues } from "#domain/told-issues.ts";
import { violationMessage } from "#domain/violation-message.ts";
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

  /** The path as API Gateway gives it: decoded. */
  get path(): string {
    return this.#event.rawPath;
  }

  /** The path as a link says it: with percent-encoding, and the trailing slash if it was sent. */
  get encodedPath(): string {
    const [, template = this.route.path] = this.#event.routeKey.split(" ");
    return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(this.param(name)));
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

  /**
   * The body by the route's schema.
   *
   * @param judge finds what else is wrong with the body, as it was sent: all is told at once
   * @throws DomainError `validation_failed` naming every violation.
   */
  body(judge?: (sent: unknown) => Violation[]): Parsed<R["body"]> {
    return parsed(this.route.body, this.#body, { judge }) as Parsed<R["body"]>;
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

  /**
   * Enforces `If-Match` against a version.
   *
   * @throws DomainError `precondition_failed`, or `precondition_required` where the route needs the header.
   */
  assertIfMatch(version: number): void {
    if (this.route.ifMatch === "required") assertHasIfMatch(this.header("if-match"));
    assertIfMatch(this.header("if-match"), version);
  }

  /**
   * Saves, then answers. With an Idempotency-Key the answer is kept in the same transaction as the effect. Where there is
   * nothing to save, `writes` is empty.
   *
   * @param repeated what a repeat is answered, where that is less: what is kept must hold no secret
   * @throws CommitRefused when a condition failed; the shell then runs the handler again on what is there now.
   */
  async commit(answer: HttpAnswer, writes: readonly Write[], repeated = answer): Promise<HttpAnswer> {
    const kept =
      this.claim === null ? [] : keepAnswer(this.claim.of, keptForm(repeated), this.nowMs, this.claim.standing);
    if (writes.length + kept.length === 0) return answer;
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
    return { ok: true, value: parsed(schema, value, { subject: entrySubject }) };
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

/** How many violations one answer names. More would make the answer many times larger than the body. */
const violationsMax = 100;

/** What a body is called in messages, and what judges it beside its schema. */
type Judged = { subject?: string; judge?: ((sent: unknown) => Violation[]) | undefined };

function parsed(schema: z.ZodType | undefined, input: unknown, { subject, judge }: Judged = {}): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(input, { error: violationMessage });
  if (!result.success && input === undefined) throw new DomainError("validation_failed", "A JSON body is required.");
  const issues = toldIssues(result.error?.issues ?? []);
  const further = judge?.(input) ?? [];
  if (result.success && further.length === 0) return result.data;
  const errors = [...issues.map(({ path, message }) => ({ path: path.join("."), message })), ...further];
  throw new DomainError("validation_failed", summary(errors, subject), { errors: errors.slice(0, violationsMax) });
}
