import { createHash, randomBytes, randomInt } from "node:crypto";
import { uuid7 } from "#domain/uuid7.ts";
import { environment } from "#store/environment.ts";

/** A new id: a version 7 UUID of now, on a random shard. */
export function newId(nowMs: number): string {
  return uuid7(nowMs, randomBytes(10), randomInt(environment().SHARDS));
}

/** An id of one write, by which it is known again: 64 random bits. */
export function newWriteId(): string {
  return randomBytes(8).toString("base64url");
}

/** The id of a write that must be known again whoever repeats it: the same for the same parts. */
export function writeIdOf(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 11);
}
