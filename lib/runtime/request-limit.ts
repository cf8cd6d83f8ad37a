import { DomainError } from "#domain/domain-error.ts";
import { ExpiringCache } from "#domain/expiring-cache.ts";
import { leaseSize, retryAfterSeconds, windowOf } from "#domain/request-limit.ts";
import { leaseRequests } from "#store/request-leases.ts";
import { logger } from "./logger.ts";

/** What this process may still let through of a caller's window, and what is left of the window for all processes. */
type Bucket = { window: number; held: number; left: number; leasing: Promise<void> | null };

const buckets = new ExpiringCache<Bucket>({ maxAgeMs: 60_000, entriesMax: 1_000 });

/**
 * Counts a request against its caller's limit a minute. Processes take requests from the table in small blocks and count
 * those themselves, so that most requests cost nothing. No window ever lets through more than the limit; it may let
 * through less, by what processes have taken and not used: at most a fiftieth of the limit each, and less towards its end.
 *
 * When the table does not answer the request is let through: what protects the service must not be what stops it.
 *
 * @param limit requests a minute; 0: no limit
 * @throws DomainError `rate_limited` with `Retry-After` when the window is used up.
 */
export async function countRequest(callerId: string, limit: number, nowMs: number): Promise<void> {
  if (limit === 0) return;
  const bucket = bucketOf(callerId, limit, nowMs);
  while (bucket.held === 0) {
    if (bucket.left <= 0) throw rateLimited(limit, retryAfterSeconds(bucket.window, nowMs));
    bucket.leasing ??= lease(callerId, limit, bucket).finally(() => {
      bucket.leasing = null;
    });
    await bucket.leasing;
  }
  bucket.held -= 1;
}

function bucketOf(callerId: string, limit: number, nowMs: number): Bucket {
  const window = windowOf(nowMs);
  const known = buckets.get(callerId, nowMs);
  // A request from before the minute's turn may come after one from behind it: it counts with that one.
  if (known !== undefined && known.window >= window) return known;
  const bucket = { window, held: 0, left: limit, leasing: null };
  buckets.set(callerId, bucket, nowMs);
  return bucket;
}

async function lease(callerId: string, limit: number, bucket: Bucket): Promise<void> {
  const requests = leaseSize(limit, bucket.left);
  try {
    const { granted, taken } = await leaseRequests(callerId, { window: bucket.window, limit, requests });
    bucket.left = limit - taken;
    if (granted) bucket.held += requests;
    else if (bucket.left <= 0) logger.warn("request limit reached", { caller_id: callerId, limit });
  } catch (error) {
    logger.warn("requests are let through uncounted", { error: error as Error });
    bucket.held += requests;
  }
}

function rateLimited(limit: number, retryAfterSeconds: number): DomainError {
  const message = `This caller may send ${limit} requests a minute. Try again in ${retryAfterSeconds} s.`;
  return new DomainError("rate_limited", message, { headers: { "retry-after": String(retryAfterSeconds) } });
}
