import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import type { Item, Write } from "./commit.ts";
import { type IdempotencyClaim, keptForSeconds } from "./idempotency.ts";
import { idempotencyKey } from "./keys.ts";

/**
 * An operation of several writes as its claim keeps it, which stands under the Idempotency-Key until the answer does.
 * `startedAtMs` and `shards` name its writes and never change; `heldUntilMs` is when whoever works on it must have ended
 * (0: nobody works on it).
 */
export type OperationClaim = { startedAtMs: number; shards: number; heldUntilMs: number };

const itemSchema = z.object({ s: z.literal("claimed"), t: z.number(), n: z.number(), l: z.number() });

/** The claim in an item; null for an answer, and for what is over. */
export function readOperationClaim(item: Item | null, nowMs: number): OperationClaim | null {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success || Number(item?.[ttlAttribute]) * 1000 <= nowMs) return null;
  const { t, n, l } = parsed.data;
  return { startedAtMs: t, shards: n, heldUntilMs: l };
}

/** The write that claims a key for an operation, in the place of what stands there (null: nothing). */
export function claimOperation(
  key: IdempotencyClaim,
  claim: OperationClaim,
  nowMs: number,
  standing: Pick<Item, "v"> | null,
): Write {
  return {
    item: {
      ...idempotencyKey(key.digest),
      v: (standing?.v ?? 0) + 1,
      h: key.requestDigest,
      s: "claimed",
      t: claim.startedAtMs,
      n: claim.shards,
      l: claim.heldUntilMs,
      [ttlAttribute]: Math.floor(nowMs / 1000) + keptForSeconds,
    },
    condition: standing === null ? { absent: true } : { version: standing.v, writeIds: [] },
  };
}
