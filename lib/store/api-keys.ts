import { createHash, timingSafeEqual } from "node:crypto";
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { ApiKey } from "#domain/api-key.ts";
import { scopes } from "#domain/scope.ts";
import type { NewItem, Write } from "./commit.ts";
import { apiKeyKey, apiKeyPartitions } from "./keys.ts";
import { table, tableName } from "./table.ts";

const itemSchema = z.object({
  sk: z.string(),
  v: z.number(),
  w: z.array(z.string()),
  name: z.string(),
  hash: z.string().length(64),
  scopes: z.array(z.enum(scopes)),
  limit: z.number().optional(),
  created: z.number(),
  expires: z.number().optional(),
  revoked: z.number().optional(),
  used: z.number().optional(),
});

/** A key as it was loaded, with what a write on its condition needs. */
export type LoadedApiKey = { key: ApiKey; writeIds: string[] };

/** What is stored of a secret. */
export function secretSha256(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** True for the secret of a key, in a time that tells nothing of it. */
export function isSecretOf(key: ApiKey, secret: string): boolean {
  return timingSafeEqual(Buffer.from(secretSha256(secret)), Buffer.from(key.secretSha256));
}

/** The write that stores a new key. */
export function insertApiKey(key: ApiKey): Write {
  return { item: itemOf(key), condition: { absent: true } };
}

/** The write that replaces a loaded key by its next version, if it is still the one that was loaded. */
export function replaceApiKey(loaded: LoadedApiKey, next: ApiKey): Write {
  return { item: itemOf(next), condition: { version: loaded.key.version, writeIds: loaded.writeIds } };
}

/** Loads a key: one consistent read, so that a key works as soon as it is made. Null when there is none. */
export async function findApiKey(id: string): Promise<LoadedApiKey | null> {
  const { Item: item } = await table().send(
    new GetCommand({ TableName: tableName(), Key: apiKeyKey(id), ConsistentRead: true }),
  );
  return item === undefined ? null : loadedOf(item);
}

/** Every key, revoked and expired ones too, the oldest first: a read unit a partition, or more where there are many. */
export async function listApiKeys(): Promise<ApiKey[]> {
  const keys = await Promise.all(apiKeyPartitions().map(keysOf));
  return keys.flat().sort((a, b) => a.createdAtMs - b.createdAtMs);
}

async function keysOf(partition: string): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": partition },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    keys.push(...(page.Items ?? []).map((item) => loadedOf(item).key));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return keys;
}

function itemOf(key: ApiKey): NewItem {
  return {
    ...apiKeyKey(key.id),
    v: key.version,
    name: key.name,
    hash: key.secretSha256,
    scopes: key.scopes,
    created: key.createdAtMs,
    ...(key.requestsPerMinuteMax === null ? {} : { limit: key.requestsPerMinuteMax }),
    ...(key.expiresAtMs === null ? {} : { expires: key.expiresAtMs }),
    ...(key.revokedAtMs === null ? {} : { revoked: key.revokedAtMs }),
    ...(key.lastUsedAtMs === null ? {} : { used: key.lastUsedAtMs }),
  };
}

function loadedOf(item: unknown): LoadedApiKey {
  const { sk, v, w, ...rest } = itemSchema.parse(item);
  const key: ApiKey = {
    id: sk,
    name: rest.name,
    secretSha256: rest.hash,
    scopes: rest.scopes,
    requestsPerMinuteMax: rest.limit ?? null,
    createdAtMs: rest.created,
    expiresAtMs: rest.expires ?? null,
    revokedAtMs: rest.revoked ?? null,
    lastUsedAtMs: rest.used ?? null,
    version: v,
  };
  return { key, writeIds: w };
}
