import { DomainError } from "#domain/domain-error.ts";
import { claimOf, type KeptAnswer, keptRequest } from "#store/idempotency.ts";
import { type ApiRequest, CommitRefused } from "./api-request.ts";
import type { HttpAnswer } from "./http-answer.ts";

/** How often a handler is run again because another writer was faster. */
const attemptsMax = 8;

/**
 * Runs a handler until its commit stands. With an `Idempotency-Key` on a POST, a request that was answered before is
 * answered the same again, and the loser of a race answers as the winner did.
 *
 * @throws DomainError `malformed_header` for a key that is empty or over 255 characters, `idempotency_key_reused` when the
 * key came with another request before, `operation_in_progress` when other writers were faster every time.
 */
export async function answerOnce(request: ApiRequest, handle: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const key = request.route.method === "POST" ? request.header("idempotency-key") : undefined;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    if (key !== undefined) {
      const earlier = await claimKey(request, key);
      if (earlier !== null) return replay(earlier);
    }
    try {
      return await handle();
    } catch (error) {
      if (error instanceof CommitRefused) continue;
      // The same request may have had its effect since the key was looked up, and so be why the state refuses this one.
      const since = key !== undefined && error instanceof DomainError ? await claimKey(request, key) : null;
      if (since === null) throw error;
      return replay(since);
    }
  }
  throw new DomainError("operation_in_progress", "Other writers were faster every time. Try again.", {
    headers: { "retry-after": "1" },
  });
}

async function claimKey(request: ApiRequest, key: string): Promise<KeptAnswer | null> {
  if (key.length < 1 || key.length > 255) {
    throw new DomainError("malformed_header", "Idempotency-Key must have 1 to 255 characters.");
  }
  const claim = claimOf({ caller: request.caller.id, routeId: request.route.id, key, request: request.fingerprint });
  const { kept, standing } = await keptRequest(claim, request.nowMs);
  request.claim = { of: claim, standing };
  if (kept !== null && kept.requestDigest !== claim.requestDigest) {
    throw new DomainError(
      "idempotency_key_reused",
      "This Idempotency-Key came with another request before. Use a new key for a new request.",
    );
  }
  return kept?.answer ?? null;
}

function replay(answer: KeptAnswer): HttpAnswer {
  return { status: answer.status, headers: { ...answer.headers, "idempotency-replayed": "true" }, body: answer.body };
}
