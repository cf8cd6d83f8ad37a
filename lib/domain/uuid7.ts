/** A UUID in its lower-case text form (RFC 9562). */
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Builds a version 7 UUID (RFC 9562, section 5.7) whose last byte is the shard of its partition, so that an id alone
 * finds its item, and ids sort by time.
 *
 * @param timeMs milliseconds since the epoch, below 2^48
 * @param random ten random bytes; the last is replaced by `shard`
 * @param shard 0..255
 */
export function uuid7(timeMs: number, random: Uint8Array, shard: number): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timeMs) << 16n);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  bytes[15] = shard;
  return format(Buffer.from(bytes).toString("hex"));
}

/** The id in canonical lower case, or null when the text is not a UUID. */
export function parseUuid(text: string): string | null {
  const lower = text.toLowerCase();
  return uuidPattern.test(lower) ? lower : null;
}

/** Milliseconds since the epoch at which a version 7 id was made. */
export function uuid7TimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The two hexadecimal digits that name the shard of an id. */
export function uuid7Shard(id: string): string {
  return id.slice(-2);
}

/** The lowest UUID of a millisecond: a lower bound for ids made at or after it. */
export function uuid7Floor(timeMs: number): string {
  return format(`${timeHex(timeMs)}${"0".repeat(20)}`);
}

/** The highest UUID of a millisecond: an upper bound for ids made at or before it. */
export function uuid7Ceiling(timeMs: number): string {
  return format(`${timeHex(timeMs)}${"f".repeat(20)}`);
}

/** The UUID right after (`step` 1) or right before (`step` -1) an id, in sort order. */
export function uuidNeighbour(id: string, step: 1 | -1): string {
  const value = BigInt(`0x${id.replaceAll("-", "")}`) + BigInt(step);
  return format(value.toString(16).padStart(32, "0"));
}

function timeHex(timeMs: number): string {
  return Math.min(Math.max(timeMs, 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, "0");
}

function format(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
