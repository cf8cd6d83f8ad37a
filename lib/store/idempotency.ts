import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ttlAttribute } from "#contract/table-schema.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { Item, Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { answerPartKey, idempotencyKey, type Key } from "./keys.ts";

/** An answer as it is kept for a repeat. */
export type KeptAnswer = { status: number; headers: Record<string, string>; body: string };

/** An Idempotency-Key in use: the digest of caller, route and key, and that of the request it came with. */
export type IdempotencyClaim = { digest: string; requestDigest: string };

/** What is kept under a key: the request it belongs to and its answer; null: the claim of an operation that has none yet. */
export type KeptRequest = { requestDigest: string; answer: KeptAnswer | null };

/** How long an answer, or a claim, is kept. */
export const keptForSeconds = 25 * 3600;
/** Parts of an answer outlive its first item: who finds that one finds them all. */
const partKeptForSeconds = keptForSeconds + 3600;
/** Bodies longer than this are kept compressed. */
const compressAboveBytes = 512;
/** What an item holds of an answer: it may have 400 KB. */
const partBytesMax = 380_000;
/**
 * What a transaction holds of an answer, compressed: it may have 4 MB, of which an effect needs 1.2 MB at most. No answer
 * comes near: the longest are instances, with a definition and data of 400 KB each and 50 comments of 12 KB.
 */
const answerBytesMax = 2_500_000;

/** Makes a claim out of who calls which route with which key, and what the request says. */
export function claimOf(parts: { caller: string; routeId: string; key: string; request: unknown }): IdempotencyClaim {
  return {
    digest: digestOf([parts.caller, parts.routeId, parts.key]),
    requestDigest: digestOf(canonical(parts.request)),
  };
}

/**
 * Reads what is kept under a claim's key: one consistent read, and one for each further part of a long answer. `standing`
 * is the item there that an answer may replace: the claim of an operation, or what is over and DynamoDB has not deleted yet.
 */
export async function keptRequest(
  claim: IdempotencyClaim,
  nowMs: number,
): Promise<{ kept: KeptRequest | null; standing: Item | null }> {
  const item = ((await getItem(idempotencyKey(claim.digest))) as Item | undefined) ?? null;
  if (item === null || isOver(item, nowMs)) return { kept: null, standing: item };
  const kept = await keptRequestOf(claim, item);
  return { kept, standing: kept.answer === null ? item : null };
}

/**
 * The writes that keep an answer; they join the transaction of the effect. The first states the condition, for all of them:
 * `standing` is the item that is there now, if any, and is replaced on the condition of its version. There are others
 * where the answer is too long for one item.
 *
 * @throws DomainError `payload_too_large` for an answer that is too long for a transaction.
 */
export function keepAnswer(
  claim: IdempotencyClaim,
  answer: KeptAnswer,
  nowMs: number,
  standing: Pick<Item, "v"> | null,
): [Write, ...Write[]] {
  const { body, parts } = placed(claim, answer.body);
  const nowSeconds = Math.floor(nowMs / 1000);
  const first: Write = {
    item: {
      ...idempotencyKey(claim.digest),
      v: (standing?.v ?? 0) + 1,
      h: claim.requestDigest,
      s: answer.status,
      d: answer.headers,
      ...body,
      [ttlAttribute]: nowSeconds + keptForSeconds,
    },
    condition: standing === null ? { absent: true } : { version: standing.v, writeIds: [] },
  };
  const ttl = { [ttlAttribute]: nowSeconds + partKeptForSeconds };
  return [first, ...parts.map((part): Write => ({ item: { ...part, v: 1, ...ttl }, guarded: true }))];
}

/** What the first item keeps of a body, and the items that hold the rest of it. */
function placed(
  claim: IdempotencyClaim,
  body: string,
): { body: Record<string, unknown>; parts: (Key & { z: Uint8Array })[] } {
  const bytes = Buffer.from(body);
  if (bytes.length <= compressAboveBytes) return { body: { b: body }, parts: [] };
  const compressed = deflateRawSync(bytes);
  if (compressed.length <= partBytesMax) return { body: { z: compressed }, parts: [] };
  if (compressed.length > answerBytesMax) {
    throw new DomainError(
      "payload_too_large",
      `The answer would have ${bytes.length} bytes, too many to keep for a repeat. Send it without an Idempotency-Key.`,
    );
  }
  const answerDigest = createHash("sha256").update(compressed).digest("base64url");
  const count = Math.ceil(compressed.length / partBytesMax) - 1;
  const part = (at: number) => compressed.subarray(at * partBytesMax, (at + 1) * partBytesMax);
  return {
    body: { z: part(0), c: count, x: answerDigest },
    parts: Array.from({ length: count }, (_, at) => ({
      ...answerPartKey(claim.digest, at + 1, answerDigest),
      z: part(at + 1),
    })),
  };
}

/** True when an item's time to live is over, whether or not DynamoDB has deleted it yet. */
function isOver(item: Item, nowMs: number): boolean {
  const ttl = item[ttlAttribute];
  return typeof ttl === "number" && ttl * 1000 <= nowMs;
}

/** What an item keeps, and those that hold the rest of its answer. */
async function keptRequestOf(claim: IdempotencyClaim, item: Item): Promise<KeptRequest> {
  const requestDigest = String(item.h);
  if (typeof item.s !== "number") return { requestDigest, answer: null };
  const status = Number(item.s);
  const headers = item.d as Record<string, string>;
  return { requestDigest, answer: { status, headers, body: await bodyOf(claim, item) } };
}

async function bodyOf(claim: IdempotencyClaim, item: Item): Promise<string> {
  if (!(item.z instanceof Uint8Array)) return String(item.b);
  const more = Array.from({ length: Number(item.c ?? 0) }, (_, at) => partOf(claim, at + 1, String(item.x)));
  return inflateRawSync(Buffer.concat([item.z, ...(await Promise.all(more))])).toString();
}

async function partOf(claim: IdempotencyClaim, part: number, answerDigest: string): Promise<Uint8Array> {
  const item = await getItem(answerPartKey(claim.digest, part, answerDigest));
  if (item?.z instanceof Uint8Array) return item.z;
  throw new Error(`Part ${part} of the kept answer ${claim.digest} is not there.`);
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
