import * as z from "zod";
import { commit, type WrittenBy } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { type SigningPurpose, signingKeyKey } from "./keys.ts";

const itemSchema = z.object({
  v: z.number(),
  w: z.array(z.string()),
  key: z.string(),
  previous: z.string().optional(), // absent before the first rotation
});
type SigningItem = z.infer<typeof itemSchema>;

/** The keys that sign for a purpose: `current` signs, and what either signed is good. */
export type SigningKeys = { current: Buffer; previous: Buffer | null };

/** A new key, and who writes it. */
export type NewSigningKey = { key: Buffer; by: WrittenBy };

const known = new Map<SigningPurpose, { keys: SigningKeys; readAtMs: number }>();

/**
 * The keys that sign, read from the table when this process read them longer ago than `maxAgeMs`. The first is made by
 * whoever needs it first, and kept in the table, so that no secret passes through the template or an environment.
 */
export async function signingKeys(
  purpose: SigningPurpose,
  options: { nowMs: number; maxAgeMs: number },
  make: () => NewSigningKey,
): Promise<SigningKeys> {
  const read = known.get(purpose);
  if (read !== undefined && options.nowMs - read.readAtMs < options.maxAgeMs) return read.keys;
  const keys = keysOf((await readItem(purpose)) ?? (await makeFirst(purpose, make())));
  known.set(purpose, { keys, readAtMs: options.nowMs });
  return keys;
}

/** Puts a new key before the current one, which becomes the previous one; what the one before that signed is void. */
export async function rotateSigningKeys(purpose: SigningPurpose, make: () => NewSigningKey): Promise<void> {
  for (;;) {
    const { key, by } = make();
    const item = await readItem(purpose);
    const next = { ...signingKeyKey(purpose), v: (item?.v ?? 0) + 1, key: key.toString("base64url") };
    const { committed } = await commit(
      [
        item === null
          ? { item: next, condition: { absent: true } }
          : { item: { ...next, previous: item.key }, condition: { version: item.v, writeIds: item.w } },
      ],
      by,
    );
    if (committed) return;
  }
}

async function readItem(purpose: SigningPurpose): Promise<SigningItem | null> {
  const item = await getItem(signingKeyKey(purpose));
  return item === undefined ? null : itemSchema.parse(item);
}

async function makeFirst(purpose: SigningPurpose, { key, by }: NewSigningKey): Promise<SigningItem> {
  const first = { v: 1, key: key.toString("base64url") };
  const made = await commit([{ item: { ...signingKeyKey(purpose), ...first }, condition: { absent: true } }], by);
  if (made.committed || made.current === null) return { ...first, w: [by.writeId] };
  return itemSchema.parse(made.current);
}

function keysOf({ key, previous }: SigningItem): SigningKeys {
  return {
    current: Buffer.from(key, "base64url"),
    previous: previous === undefined ? null : Buffer.from(previous, "base64url"),
  };
}
