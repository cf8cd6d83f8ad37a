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
 * @param share 0 to 1, the chance that jitter takes: half of the wait is certain, so that attempts never come at once.
 *   A wait over a second is shortened to whole ones, which are what a queue can wait.
 * @param retryAfterMs how long the other side asked to be left alone; null: it did not
 */
export function backoffMs(policy: RetryPolicy, attempt: number, share: number, retryAfterMs: number | null): number {
  const { backoffSeconds: backoff, jitter } = policy;
  const seconds =
    typeof backoff === "number"
      ? Math.min(backoff * 2 ** (attempt - 1), backoffSecondsMax)
      : (backoff[Math.min(attempt, backoff.length) - 1] ?? 0);
  const waited = jitter && seconds > 1 ? jittered(seconds, share) : seconds;
  return Math.round(Math.max(waited * 1000, retryAfterMs ?? 0));
}

/** One of the whole numbers from half the seconds to all of them. */
function jittered(seconds: number, share: number): number {
  const [least, most] = [Math.ceil(seconds / 2), Math.floor(seconds)];
  return Math.min(least + Math.floor(share * (most - least + 1)), most);
}

function matches(rule: RetryOn, cause: FailureCause): boolean {
  if (typeof cause === "string") return rule === cause;
  if (typeof rule === "number") return rule === cause.status;
  return rule === `${Math.floor(cause.status / 100)}xx`;
}
