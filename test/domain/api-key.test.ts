import { describe, expect, it } from "vitest";
import {
  type ApiKey,
  apiKeyParts,
  apiKeyRandomBytes,
  apiKeyShards,
  apiKeyStatus,
  formatApiKey,
  isApiKeyId,
  noteApiKeyUse,
  parseApiKey,
  revokeApiKey,
} from "#domain/api-key.ts";

const hourMs = 3_600_000;
const key: ApiKey = {
  id: "0123456789",
  name: "ci",
  secretSha256: "",
  scopes: ["read"],
  requestsPerMinuteMax: null,
  createdAtMs: 0,
  expiresAtMs: null,
  revokedAtMs: null,
  lastUsedAtMs: null,
  version: 1,
};

describe("a key's text", () => {
  const random = Uint8Array.from({ length: apiKeyRandomBytes }, (_, at) => at * 5);
  const parts = apiKeyParts(random);

  it("is sl_, a short id and 200 bits of secret, and is read back", () => {
    expect(formatApiKey(parts)).toMatch(/^sl_[0-9a-z]{10}_[0-9a-z]{40}$/);
    expect(parseApiKey(formatApiKey(parts))).toEqual(parts);
    expect(isApiKeyId(parts.id)).toBe(true);
  });

  it("uses every character as often as any other", () => {
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    const counts = Map.groupBy(Object.values(apiKeyParts(all)).join(""), (character) => character);
    expect([...counts.keys()].sort()).toEqual([...apiKeyShards].sort());
    expect(new Set([...counts.values()].map((each) => each.length))).toEqual(new Set([8]));
  });

  it.each(["", "sl__", "sl_0123456789", `xx${formatApiKey(parts).slice(2)}`, `${formatApiKey(parts)} `, "sl_o_o"])(
    "%j is none",
    (text) => expect(parseApiKey(text)).toBeNull(),
  );
});

describe("a key", () => {
  it("is active until the moment it expires, and revoked whatever else it is", () => {
    const expiring = { ...key, expiresAtMs: 1_000 };
    expect([999, 1_000, 1_001].map((nowMs) => apiKeyStatus(expiring, nowMs))).toEqual(["active", "expired", "expired"]);
    expect(apiKeyStatus({ ...expiring, revokedAtMs: 5 }, 2_000)).toBe("revoked");
    expect(apiKeyStatus(key, Number.MAX_SAFE_INTEGER)).toBe("active");
  });

  it("is revoked once", () => {
    const revoked = revokeApiKey(key, 7);
    expect(revoked).toEqual({ ...key, revokedAtMs: 7, version: 2 });
    expect(revokeApiKey(revoked as ApiKey, 8)).toBeNull();
  });

  it("notes its use once an hour, by the hour", () => {
    const used = noteApiKeyUse(key, 5 * hourMs + 17);
    expect(used).toEqual({ ...key, lastUsedAtMs: 5 * hourMs, version: 2 });
    expect(noteApiKeyUse(used as ApiKey, 6 * hourMs - 1)).toBeNull();
    expect(noteApiKeyUse(used as ApiKey, 6 * hourMs)).toMatchObject({ lastUsedAtMs: 6 * hourMs, version: 3 });
  });
});
