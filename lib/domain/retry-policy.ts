import type { FailureCause } from "./steps/step-type.ts";
import type { RetryOn, RetryPolicy } from "./workflow.ts";

/** The longest wait between two attempts that doubling leads to. */
const backoffSecondsMax = 3_600;

/** True when a failure is worth another attempt. */
export function isRetryable(policy: RetryPolicy, attempt: number, cause: FailureCause): boolean {
  if (cause === "unusable" || attempt >= policy.maxAttempts) return false;
  return policy.retryOn === null || policy.retryOn.some((each) => matches(each, cause));
}

/**
 * Milliseconds from the end of a failed attempt (counted from 1) to the next.
 *
 * @param share 0 to 1, the chance that jitter takes: half of the wait is certain, so that attempts never come at once
 * @param retryAfterMs how long the other side asked to be left alone; null: it did not
 */
export function backoffMs(policy: RetryPolicy, attempt: number, share: number, retryAfterMs: number | null): number {
  const { backoffSeconds: backoff, jitter } = policy;
  const seconds =
    typeof backoff === "number"
      ? Math.min(backoff * 2 ** (attempt - 1), backoffSecondsMax)
      : (backoff[Math.min(attempt, backoff.length) - 1] ?? 0);
  const ms = seconds * 1000 * (jitter ? 0.5 + share / 2 : 1);
  return Math.round(Math.max(ms, retryAfterMs ?? 0));
}

function matches(rule: RetryOn, cause: FailureCause): boolean {
  if (typeof cause === "string") return rule === cause;
  if (typeof rule === "number") return rule === cause.status;
  return rule === `${Math.floor(cause.status / 100)}xx`;
}
