/** Requests are limited per UTC minute. */
const windowMs = 60_000;

/** The number of the minute a time lies in. */
export function windowOf(nowMs: number): number {
  return Math.floor(nowMs / windowMs);
}

/** When a window is over, in milliseconds since the epoch. */
export function windowEndMs(window: number): number {
  return (window + 1) * windowMs;
}

/** The `Retry-After` of a caller whose window is used up: whole seconds until the next one. */
export function retryAfterSeconds(window: number, nowMs: number): number {
  return Math.max(1, Math.ceil((windowEndMs(window) - nowMs) / 1000));
}

/**
 * How many requests a process takes from the window at once: a fiftieth of the limit, so that counting costs little, and
 * less as the window runs out, so that what other processes have taken and do not use is little too.
 */
export function leaseSize(limit: number, left: number): number {
  return Math.max(1, Math.min(Math.ceil(limit / 50), Math.floor(left / 10)));
}
