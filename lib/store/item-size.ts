/**
 * The size DynamoDB bills for an item, in bytes: the UTF-8 of names and values, with its overheads for numbers and lists
 * (AWS: "DynamoDB item sizes and formats"). Numbers are rounded up, so the result is never too small.
 */
export function itemSizeBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSizeBytes(value), 0);
}

function valueSizeBytes(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(value).length / 2) + 2;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, element) => sum + 1 + valueSizeBytes(element), 0);
  if (typeof value === "object" && value !== null) {
    return 3 + Object.keys(value).length + itemSizeBytes(value as Record<string, unknown>);
  }
  return 1;
}
