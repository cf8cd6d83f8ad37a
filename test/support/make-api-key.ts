import { randomBytes } from "node:crypto";
import { apiKeyParts, apiKeyRandomBytes, formatApiKey } from "#domain/api-key.ts";
import { type GrantedScope, scopes } from "#domain/scope.ts";
import { insertApiKey, secretSha256 } from "#store/api-keys.ts";
import { commit } from "#store/commit.ts";

/** Stores a new key in the service that runs in this process, for all scopes unless others are given. */
export async function makeApiKey(granted: readonly GrantedScope[] = scopes): Promise<string> {
  const { id, secret } = apiKeyParts(randomBytes(apiKeyRandomBytes));
  const key = {
    id,
    name: "test",
    secretSha256: secretSha256(secret),
    scopes: [...granted],
    requestsPerMinuteMax: null,
    createdAtMs: Date.now(),
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
    version: 1,
  };
  const { committed } = await commit([insertApiKey(key)], { writeId: id, requestId: "test" });
  if (!committed) throw new Error(`There is a key ${id} already.`);
  return formatApiKey({ id, secret });
}
