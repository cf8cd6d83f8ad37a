import type * as z from "zod";
import type { HttpRequest, HttpResult } from "#domain/http-exchange.ts";

/** What a step asks of the engine: to wait, or to send a request. The engine does it; a step type only says what. */
export type Effect =
  | { kind: "wait"; untilMs: number }
  | { kind: "http"; request: Omit<HttpRequest, "timeoutMs" | "responseBytesMax"> };

/** What came of an effect. */
export type EffectResult = { kind: "waited" } | { kind: "http"; result: HttpResult };

/** Why an attempt failed, as `retry_on` knows it; `unusable` is never repeated, since it would fail the same again. */
export type FailureCause = "timeout" | "network" | "unusable" | { status: number };

/** How an attempt ended. `retryAfterMs` is how long the other side asked to be left alone (null: it did not). */
export type Outcome =
  | { ok: true; output: Record<string, unknown> }
  | { ok: false; error: string; cause: FailureCause; retryAfterMs: number | null };

/** Where a configuration sends to, as far as it says without its templates filled in: checked when it is saved. */
export type Destination = { url: string; headers: Readonly<Record<string, string>> };

/**
 * A type of step: what its configuration looks like, what it asks for, and what it makes of the result. It is pure, and
 * registered in `step-types.ts`; the engine needs no change for a new one.
 */
export type StepType<Config> = {
  /** The configuration with its templates filled in. */
  config: z.ZodType<Config>;
  begin(config: Config, nowMs: number): Effect;
  settle(config: Config, result: EffectResult, nowMs: number): Outcome;
  destination?(config: Record<string, unknown>): Destination | null;
};
