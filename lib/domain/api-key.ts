import type { GrantedScope } from "./scope.ts";

/** An API key without its secret, of which the SHA-256 is enough: a secret of 200 random bits cannot be guessed from it. */
export type ApiKey = {
  id: string;
  name: string;
  secretSha256: string; // hexadecimal
  scopes: GrantedScope[];
  requestsPerMinuteMax: number | null; // null: what the service sets for all; 0: no limit
  createdAtMs: number;
  expiresAtMs: number | null; // null: never
  revokedAtMs: number | null; // null: not revoked
  lastUsedAtMs: number | null; // the start of the hour; null: never used
  version: number;
};

/** The characters of ids and secrets: 32, so that a random byte chooses evenly, without those that look alike. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const idLength = 10;
const secretLength = 40; // 5 bits each
const hourMs = 3_600_000;

/** How many random bytes an id and a secret are made of. */
export const apiKeyRandomBytes = idLength + secretLength;

/** The first characters of ids, by which keys are spread over partitions. */
export const apiKeyShards: readonly string[] = [...alphabet];

/** Makes id and secret of a new key. @param random `apiKeyRandomBytes` bytes of a cryptographic source */
export function apiKeyParts(random: Uint8Array): { id: string; secret: string } {
  const text = Array.from(random, (byte) => alphabet[byte % alphabet.length]).join("");
  return { id: text.slice(0, idLength), secret: text.slice(idLength) };
}

/** The key as its holder sends it: `sl_<id>_<secret>`. */
export function formatApiKey({ id, secret }: { id: string; secret: string }): string {
  return `sl_${id}_${secret}`;
}

const keyPattern = new RegExp(`^sl_([${alphabet}]{${idLength}})_([${alphabet}]{${secretLength}})$`);

/** Reads a key; null for what is none. */
export function parseApiKey(text: string): { id: string; secret: string } | null {
  const [, id, secret] = keyPattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** True for what could be the id of a key. */
export function isApiKeyId(text: string): boolean {
  return text.length === idLength && [...text].every((character) => alphabet.includes(character));
}

/** Whether a key opens anything at a time. Revoked goes before expired. */
export function apiKeyStatus(key: ApiKey, nowMs: number): "active" | "expired" | "revoked" {
  if (key.revokedAtMs !== null) return "revoked";
  return key.expiresAtMs !== null && key.expiresAtMs <= nowMs ? "expired" : "active";
}

/** The key, revoked for good; null when it is already. */
export function revokeApiKey(key: ApiKey, nowMs: number): ApiKey | null {
  return key.revokedAtMs === null ? { ...key, revokedAtMs: nowMs, version: key.version + 1 } : null;
}

/** The key with its use noted; null when this hour's is noted already. */
export function noteApiKeyUse(key: ApiKey, nowMs: number): ApiKey | null {
  const hour = nowMs - (nowMs % hourMs);
  if (key.lastUsedAtMs !== null && key.lastUsedAtMs >= hour) return null;
  return { ...key, lastUsedAtMs: hour, version: key.version + 1 };
}
