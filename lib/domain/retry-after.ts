/** The longest wait that a `Retry-After` can ask for. */
const retryAfterMsMax = 86_400_000;

/**
 * How long the other side asked to be left alone, in milliseconds, a day at most: seconds, or an HTTP date (RFC 9110,
 * section 10.2.3). Null: it did not, or not so that it can be read.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const text = headers["retry-after"];
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
