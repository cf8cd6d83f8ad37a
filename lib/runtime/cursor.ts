import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import { type SigningKeys, signingKeys } from "#store/signing-keys.ts";
import { newSigningKey } from "./new-signing-key.ts";

const tagBytes = 16;
/** A rotation holds everywhere after this time. */
const keysMaxAgeMs = 60_000;
/** A cursor that no known key signed may be of a newer one: the keys are then read again, but not more often than this. */
const keysRereadMs = 5_000;

/**
 * Signs a place in a list, so that only this service can make one. `scope` is all that the place depends on (the route,
 * filters, sort): a cursor is only good for the list that gave it.
 */
export async function sealCursor(position: unknown, scope: unknown): Promise<string> {
  const payload = Buffer.from(JSON.stringify(position));
  return `${payload.toString("base64url")}.${tagOf((await keys(keysMaxAgeMs)).current, payload, scope).toString("base64url")}`;
}

/**
 * Opens a cursor that `sealCursor` made for the same scope, with the key that signs now or the one before.
 *
 * @throws DomainError `invalid_cursor` for anything else.
 */
export async function openCursor<Schema extends z.ZodType>(
  text: string,
  scope: unknown,
  schema: Schema,
): Promise<z.output<Schema>> {
  const [payload = "", tag = ""] = text.split(".");
  const bytes = Buffer.from(payload, "base64url");
  const given = Buffer.from(tag, "base64url");
  const wellFormed = text === `${bytes.toString("base64url")}.${given.toString("base64url")}`;
  const isOurs = (signing: SigningKeys) =>
    [signing.current, signing.previous].some((key) => key !== null && timingSafeEqual(given, tagOf(key, bytes, scope)));
  const isGood =
    wellFormed && given.length === tagBytes && (isOurs(await keys(keysMaxAgeMs)) || isOurs(await keys(keysRereadMs)));
  if (!isGood) {
    throw new DomainError(
      "invalid_cursor",
      "The cursor is not one this list gave. Start without a cursor, and keep filters and sort while paging.",
    );
  }
  return schema.parse(JSON.parse(bytes.toString()));
}

function keys(maxAgeMs: number): Promise<SigningKeys> {
  return signingKeys("cursor", { nowMs: Date.now(), maxAgeMs }, newSigningKey);
}

function tagOf(secret: Buffer, payload: Buffer, scope: unknown): Buffer {
  const scopeDigest = createHash("sha256").update(JSON.stringify(scope)).digest();
  return createHmac("sha256", secret).update(scopeDigest).update(payload).digest().subarray(0, tagBytes);
}
