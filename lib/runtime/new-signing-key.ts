import { randomBytes } from "node:crypto";
import type { NewSigningKey } from "#store/signing-keys.ts";
import { newWriteId } from "./identity.ts";
import { currentContext } from "./request-context.ts";

/** A new key for `signingKeys`: 256 random bits. */
export function newSigningKey(): NewSigningKey {
  return { key: randomBytes(32), by: { writeId: newWriteId(), requestId: currentContext()?.requestId ?? "" } };
}
