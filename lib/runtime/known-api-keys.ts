import { noteApiKeyUse } from "#domain/api-key.ts";
import { ExpiringCache } from "#domain/expiring-cache.ts";
import { findApiKey, type LoadedApiKey, replaceApiKey } from "#store/api-keys.ts";
import { commit } from "#store/commit.ts";
import { newWriteId } from "./identity.ts";
import { logger } from "./logger.ts";
import { currentContext } from "./request-context.ts";

/** A key as this process knows it, for a minute at most. */
export type KnownApiKey = LoadedApiKey & { useNoted: boolean };

/** A revoked key opens nothing after this time. */
const maxAgeMs = 60_000;
const known = new ExpiringCache<Promise<KnownApiKey | null>>({ maxAgeMs, entriesMax: 1_000 });
/** Ids of no key, apart from the keys: however many are made up, no key is forgotten for them. */
const strangers = new ExpiringCache<true>({ maxAgeMs, entriesMax: 1_000 });

/** The key with an id, null when there is none: read once a minute and process. */
export async function knownApiKey(id: string, nowMs: number): Promise<KnownApiKey | null> {
  if (strangers.get(id, nowMs) === true) return null;
  return known.get(id, nowMs) ?? load(id, nowMs);
}

function load(id: string, nowMs: number): Promise<KnownApiKey | null> {
  const loading = findApiKey(id).then((loaded) => {
    if (loaded !== null) return { ...loaded, useNoted: false };
    known.delete(id);
    strangers.set(id, true, nowMs);
    return null;
  });
  known.set(id, loading, nowMs);
  loading.catch(() => known.delete(id));
  return loading;
}

/**
 * Notes in the table that a key is in use: one write an hour and key. Never fails: when another process was faster, or
 * the key was revoked meanwhile, the write's condition does not hold, and what stands there is as good.
 */
export async function noteUse(key: KnownApiKey, nowMs: number): Promise<void> {
  const next = noteApiKeyUse(key.key, nowMs);
  if (next === null || key.useNoted) return;
  key.useNoted = true;
  try {
    const by = { writeId: newWriteId(), requestId: currentContext()?.requestId ?? "" };
    await commit([replaceApiKey(key, next)], by);
  } catch (error) {
    logger.warn("use of an API key not noted", { key_id: key.key.id, error: error as Error });
  }
}
