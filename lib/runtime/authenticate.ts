import { createHash, timingSafeEqual } from "node:crypto";
import { isOpen, looksAtCredentials } from "#contract/open-access.ts";
import type { Route } from "#contract/route.ts";
import { apiKeyStatus, parseApiKey } from "#domain/api-key.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { Roles } from "#domain/instance-refusal.ts";
import { allows, type GrantedScope, scopes } from "#domain/scope.ts";
import { isSecretOf } from "#store/api-keys.ts";
import { environment } from "#store/environment.ts";
import { knownApiKey, noteUse } from "./known-api-keys.ts";
import { countRequest } from "./request-limit.ts";

/**
 * Who calls, and the scopes and claims that make roles. `name` is what histories call the caller. `anonymous` where a scope
 * is open to everybody, and nobody says who calls.
 */
export type Caller = { id: string; name: string; scopes: readonly GrantedScope[]; roles: Roles };

/** A caller who may go on. `noted`: what is written about the call meanwhile; it never fails, and the answer waits for it. */
export type Admission = { caller: Caller; noted: Promise<void> };

/** A caller whose credentials are in order. */
export type Identity = {
  id: string;
  /** What histories call it. */
  name: string;
  scopes: readonly GrantedScope[];
  /** What else it is by its claims. */
  roles: readonly string[];
  requestsPerMinuteMax: number | null; // null: what the service sets for all
  noteUse: () => Promise<void>;
};

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Checks who calls: by `X-API-Key`, else by a bearer token of the configured issuer; then how often, then whether a scope
 * is theirs that suffices for the route. Where the scope is open none are needed; where the answer depends on the caller
 * they are looked at all the same.
 *
 * @throws DomainError `unauthorized` for missing, wrong, revoked or expired credentials, `rate_limited` above the
 * caller's limit, `forbidden` without the scope.
 */
export async function authenticate(route: Route, headers: Headers, nowMs: number): Promise<Admission> {
  const { scope, orScope } = route;
  if (!looksAtCredentials(route, environment())) return admitted(anonymous());
  if (scope === "public" || isOpen(scope, environment())) return admitted(await callerIfKnown(headers, nowMs));
  const identity = await identify(headers, nowMs);
  await countRequest(identity.id, identity.requestsPerMinuteMax ?? environment().RATE_LIMIT_PER_MINUTE, nowMs);
  assertScope(identity.scopes, orScope === undefined ? [scope] : [scope, orScope]);
  return { caller: callerOf(identity), noted: identity.noteUse() };
}

/**
 * Checks that a caller has a scope besides that of the route.
 *
 * @throws DomainError `forbidden` without it, saying what for.
 */
export function assertAlsoMay(caller: Caller, needed: GrantedScope, what: string): void {
  if (allows(caller.scopes, needed)) return;
  throw new DomainError("forbidden", `${what} needs the scope ${needed} as well.`);
}

function admitted(caller: Caller): Admission {
  return { caller, noted: Promise.resolve() };
}

/** Where writes are open, everybody may do everything. */
function anonymous(): Caller {
  const isAllOpen = isOpen("write", environment());
  return { id: "anonymous", name: "anonymous", scopes: isAllOpen ? scopes : [], roles: isAllOpen ? "any" : [] };
}

/** Credentials that are not in order are none where none are needed. */
async function callerIfKnown(headers: Headers, nowMs: number): Promise<Caller> {
  if (headers["x-api-key"] === undefined && headers.authorization === undefined) return anonymous();
  try {
    return callerOf(await identify(headers, nowMs));
  } catch (error) {
    if (error instanceof DomainError) return anonymous();
    throw error;
  }
}

function callerOf(identity: Identity): Caller {
  const { id, name, scopes: granted } = identity;
  return { id, name, scopes: granted, roles: rolesOf(identity) };
}

function rolesOf({ scopes: granted, roles }: Identity): Roles {
  return granted.includes("admin") ? "any" : [...granted, ...roles];
}

async function identify(headers: Headers, nowMs: number): Promise<Identity> {
  const apiKey = headers["x-api-key"];
  if (apiKey !== undefined) return identityOfKey(apiKey, nowMs);
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URI: jwksUri } = environment();
  if (issuer === "") throw refused("Send your API key in the X-API-Key header.");
  const token = /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) {
    throw refused("Send your API key in the X-API-Key header, or a token as Authorization: Bearer.");
  }
  // Not loaded where no issuer is configured: start-up time is billed.
  const { identityOfToken } = await import("./bearer-token.ts");
  return identityOfToken(token, { issuer, audience, jwksUri }, nowMs);
}

async function identityOfKey(text: string, nowMs: number): Promise<Identity> {
  if (isDeployedKey(text)) {
    const id = environment().API_KEY_SHA256.slice(0, 16);
    return { id, name: id, scopes, roles: [], requestsPerMinuteMax: null, noteUse: async () => {} };
  }
  const parts = parseApiKey(text);
  const known = parts === null ? null : await knownApiKey(parts.id, nowMs);
  // Only who has the secret learns what became of the key.
  if (parts === null || known === null || !isSecretOf(known.key, parts.secret)) {
    throw refused("The API key in X-API-Key is not valid.");
  }
  const status = apiKeyStatus(known.key, nowMs);
  if (status !== "active") throw refused(`The API key in X-API-Key is ${status}. Use another one.`);
  const { id, scopes: granted, requestsPerMinuteMax } = known.key;
  return { id, name: id, scopes: granted, roles: [], requestsPerMinuteMax, noteUse: () => noteUse(known, nowMs) };
}

/** True for the API_KEY that was set at deploy: any string, of which only the hash is here. */
function isDeployedKey(text: string): boolean {
  const { API_KEY_SHA256: expected } = environment();
  // Header bytes may reach us read as Latin-1: a key with other characters is compared as it was sent, too.
  const readings = [Buffer.from(text), Buffer.from(text, "latin1")].map(sha256);
  const matches = readings.map((given) => expected !== "" && timingSafeEqual(given, Buffer.from(expected, "hex")));
  return matches.includes(true);
}

function assertScope(granted: readonly GrantedScope[], sufficient: readonly GrantedScope[]): void {
  if (sufficient.some((scope) => allows(granted, scope))) return;
  const has = granted.length === 0 ? "no scope" : `only ${granted.join(", ")}`;
  throw new DomainError(
    "forbidden",
    `This needs the scope ${sufficient.join(" or ")}, and your credentials have ${has}.`,
  );
}

function refused(message: string): DomainError {
  const schemes = ['ApiKey header="X-API-Key"', ...(environment().JWT_ISSUER === "" ? [] : ["Bearer"])];
  return new DomainError("unauthorized", message, { headers: { "www-authenticate": schemes.join(", ") } });
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
