import { createHash } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { DomainError } from "#domain/domain-error.ts";
import { readScopes } from "#domain/scope.ts";
import type { Identity } from "./authenticate.ts";
import { logger } from "./logger.ts";

/** Whose tokens are taken. `jwksUri` empty: where the issuer's discovery document says. */
export type TokenIssuer = { issuer: string; audience: string; jwksUri: string };

/** Pinned: a token cannot choose `none`, or have a public key taken for the secret of an HMAC. */
const algorithms = ["RS256", "ES256"];
const clockToleranceSeconds = 30;
const fetchTimeoutMs = 3_000;
/** Keys are fetched anew after this time, and at once for a key id that is not among them, but not more often than this. */
const keysMaxAgeMs = 10 * 60_000;
const keysRefetchMs = 30_000;

const keySets = new Map<string, Promise<JWTVerifyGetKey>>();

/**
 * Checks a JWT (RFC 7519, RFC 9068): signature by a key of the issuer's, `iss`, `aud`, `exp`, `nbf`. Scopes are the
 * words of the claims `scope` and `scp` that mean something here; roles are their other words, and what the claims `roles`,
 * `groups`, `permissions`, `cognito:groups` and `realm_access.roles` name.
 *
 * @throws DomainError `unauthorized` with the `WWW-Authenticate` of RFC 6750 for a token that is not in order,
 * `service_unavailable` when the issuer's keys cannot be had.
 */
export async function identityOfToken(token: string, trusted: TokenIssuer, nowMs: number): Promise<Identity> {
  const payload = await verified(token, trusted, nowMs);
  const { known, unknown } = readScopes([...wordsIn(payload.scope), ...wordsIn(payload.scp), ...textsOf(payload.scp)]);
  const digest = createHash("sha256")
    .update(JSON.stringify([payload.iss, payload.sub]))
    .digest("base64url");
  const realm = payload.realm_access as { roles?: unknown } | null | undefined;
  const claims = [payload.roles, payload.groups, payload.permissions, payload["cognito:groups"], realm?.roles];
  const roles = [...unknown, ...claims.flatMap(textsOf)];
  const id = `jwt-${digest.slice(0, 22)}`;
  return {
    id,
    name: isName.test(payload.sub ?? "") ? `jwt:${payload.sub}` : id,
    scopes: known,
    roles,
    requestsPerMinuteMax: null,
    noteUse: async () => {},
  };
}

/** A subject that is told as it is. Longer ones are told by their digest, since histories lie in items with little room. */
const isName = /^[\x21-\x7e]{1,64}$/;

/** A scope claim: words with spaces between them (RFC 8693, section 4.2). Some issuers write a list of words as `scp`. */
function wordsIn(claim: unknown): string[] {
  return typeof claim === "string" ? claim.split(" ").filter((word) => word !== "") : [];
}

function textsOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : []).filter((each) => typeof each === "string");
}

async function verified(token: string, trusted: TokenIssuer, nowMs: number): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, await keySetOf(trusted), {
      algorithms,
      issuer: trusted.issuer,
      audience: trusted.audience,
      requiredClaims: ["exp", "sub"],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(nowMs),
    });
    return payload;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== null) throw refused(reason);
    logger.error("the issuer's keys cannot be had", error as Error);
    throw new DomainError("service_unavailable", "The token cannot be checked now: its issuer does not answer.", {
      headers: { "retry-after": "5" },
      cause: error,
    });
  }
}

/** What is wrong with a token, in words of ours; null when it is not the token that is at fault. */
function reasonOf(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return "The token is expired.";
  if (error instanceof errors.JWTClaimValidationFailed) return `The token's claim ${error.claim} does not fit.`;
  if (error instanceof errors.JOSEAlgNotAllowed) return `The token must be signed with ${algorithms.join(" or ")}.`;
  if (error instanceof errors.JWKSNoMatchingKey) return "The token is signed with a key that its issuer does not have.";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "The token does not say which key it is signed with.";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not valid.";
  const malformed = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSENotSupported];
  return malformed.some((kind) => error instanceof kind) ? "The token is not one that can be read here." : null;
}

function refused(reason: string): DomainError {
  const challenge = `Bearer error="invalid_token", error_description="${reason}"`;
  return new DomainError("unauthorized", reason, { headers: { "www-authenticate": challenge } });
}

/** The issuer's keys, found once a process; a failure is forgotten, so that the next request tries again. */
function keySetOf(trusted: TokenIssuer): Promise<JWTVerifyGetKey> {
  const known = keySets.get(trusted.issuer);
  if (known !== undefined) return known;
  const finding = findKeySet(trusted);
  keySets.set(trusted.issuer, finding);
  finding.catch(() => keySets.delete(trusted.issuer));
  return finding;
}

async function findKeySet({ issuer, jwksUri }: TokenIssuer): Promise<JWTVerifyGetKey> {
  const uri = jwksUri === "" ? await discoveredJwksUri(issuer) : jwksUri;
  return createRemoteJWKSet(new URL(uri), {
    timeoutDuration: fetchTimeoutMs,
    cacheMaxAge: keysMaxAgeMs,
    cooldownDuration: keysRefetchMs,
  });
}

/** Reads the discovery document (OpenID Connect Discovery 1.0, section 4), which must be the issuer's own. */
async function discoveredJwksUri(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer) throw new Error(`${url} is the document of another issuer.`);
  if (typeof document.jwks_uri !== "string") throw new Error(`${url} names no jwks_uri.`);
  if (new URL(document.jwks_uri).protocol !== "https:" && !issuer.startsWith("http:")) {
    throw new Error(`${url} names a jwks_uri that is not https.`);
  }
  return document.jwks_uri;
}
