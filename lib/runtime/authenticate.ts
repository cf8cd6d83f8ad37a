import { createHash, timingSafeEqual } from "node:crypto";
import type { Scope } from "#contract/route.ts";
import { DomainError } from "#domain/domain-error.ts";
import { environment } from "#store/environment.ts";

/** Who calls. `anonymous` where a scope is open to everybody. */
export type Caller = { id: string };

const anonymous: Caller = { id: "anonymous" };

/**
 * Checks the caller's `X-API-Key` for a scope. On the laptop reads are open, and writes until API_KEY is set; in AWS
 * both are closed, reads unless READS_OPEN=true.
 *
 * @throws DomainError `unauthorized` for a missing or wrong key.
 */
export function authenticate(scope: Scope, apiKey: string | undefined): Caller {
  const { API_KEY_SHA256: expected, READS_OPEN: readsOpen, STAGE: stage } = environment();
  if (scope === "public" || (scope === "read" && readsOpen)) return anonymous;
  if (expected === "" && stage === "local") return anonymous;
  if (apiKey === undefined) throw refused("Send your API key in the X-API-Key header.");
  // Header bytes may reach us read as Latin-1: a key with other characters is compared as it was sent, too.
  const readings = [Buffer.from(apiKey), Buffer.from(apiKey, "latin1")].map(sha256);
  const matches = readings.map((given) => expected !== "" && timingSafeEqual(given, Buffer.from(expected, "hex")));
  if (!matches.includes(true)) throw refused("The API key in X-API-Key is not valid.");
  return { id: expected.slice(0, 16) };
}

function refused(message: string): DomainError {
  return new DomainError("unauthorized", message, { headers: { "www-authenticate": 'ApiKey header="X-API-Key"' } });
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
