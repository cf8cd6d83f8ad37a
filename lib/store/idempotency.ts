import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { ttlAttribute } from "#contract/table-schema.ts";
import type { Item, Write } from "./commit.ts";
import { idempotencyKey } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** An answer as it is kept for a repeat. */
export type KeptAnswer = { status: number; headers: Record<string, string>; body: string };

/** An Idempotency-Key in use: the digest of caller, route and key, and that of the request it came with. */
export type IdempotencyClaim = { digest: string; requestDigest: string };

/** What is kept under a key: the request it belongs to and its answer; null: the claim of an operation that has none yet. */
export type KeptRequest = { requestDigest: string; answer: KeptAnswer | null };

/** How long an answer, or a claim, is kept. */
export const keptForSeconds = 25 * 3600;
/** Bodies longer than this are kept compressed. */
const compressAboveBytes = 512;

/** Makes a claim out of who calls which route with which key, and what the request says. */
export function claimOf(parts: { caller: string; routeId: string; key: string; request: unknown }): IdempotencyClaim {
  return {
    digest: digestOf([parts.caller, parts.routeId, parts.key]),
    requestDigest: digestOf(canonical(parts.request)),
  };
}

/**
 * Reads what is kept under a claim's key: one consistent read. `standing` is the item there that an answer may replace:
 * the claim of an operation, or what is over and DynamoDB has not deleted yet.
 */
export async function keptRequest(
  claim: IdempotencyClaim,
  nowMs: number,
): Promise<{ kept: KeptRequest | null; standing: Item | null }> {
  const { Item: found } = await table().send(
    new GetCommand({ TableName: tableName(), Key: idempotencyKey(claim.digest), ConsistentRead: true }),
  );
  const item = (found as Item | undefined) ?? null;
  if (item === null || isOver(item, nowMs)) return { kept: null, standing: item };
  const kept = keptRequestOf(item);
  return { kept, standing: kept.answer === null ? item : null };
}

/**
 * The write that keeps an answer; it joins the transaction of the effect. `standing` is the item that is there
 * now, if any, and is replaced on the condition of its version.
 */
export function keepAnswer(
  claim: IdempotencyClaim,
  answer: KeptAnswer,
  nowMs: number,
  standing: Pick<Item, "v"> | null,
): Write {
  const bytes = Buffer.from(answer.body);
  const compressed = bytes.length > compressAboveBytes;
  return {
    item: {
      ...idempotencyKey(claim.digest),
      v: (standing?.v ?? 0) + 1,
      h: claim.requestDigest,
      s: answer.status,
      d: answer.headers,
      ...(compressed ? { z: deflateRawSync(bytes) } : { b: answer.body }),
      [ttlAttribute]: Math.floor(nowMs / 1000) + keptForSeconds,
    },
    condition: standing === null ? { absent: true } : { version: standing.v, writeIds: [] },
  };
}

/** True when an item's time to live is over, whether or not DynamoDB has deleted it yet. */
function isOver(item: Item, nowMs: number): boolean {
  const ttl = item[ttlAttribute];
  return typeof ttl === "number" && ttl * 1000 <= nowMs;
}

/** What an item keeps. */
function keptRequestOf(item: Item): KeptRequest {
  if (typeof item.s !== "number") return { requestDigest: String(item.h), answer: null };
  const body = item.z instanceof Uint8Array ? inflateRawSync(item.z).toString() : String(item.b);
  return {
    requestDigest: String(item.h),
    answer: { status: Number(item.s), headers: item.d as Record<string, string>, body },
  };
}

function digestOf(parts: readonly string[] | string): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

/** JSON with members in one order, so that the same request gives the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
