import { parseInstant } from "#domain/instant.ts";

/** A function of JSONata that expressions may call: how many arguments it takes, the one before `~>` included. */
export type AllowedFunction = {
  argumentsMin?: number;
  argumentsMax: number;
  /** In place of JSONata's own, where that takes more time or room than its arguments have, or asks the machine. */
  own?: { implementation: (...given: never[]) => unknown; signature: string };
};

/** The longest text that a function makes, in UTF-16 units. */
const textLengthMax = 1024 * 1024;

/**
 * The functions that expressions may call. Each takes time and room in proportion to its arguments, and the same
 * arguments always give the same: none takes a function, a regular expression or a picture, none asks for the time.
 */
export const allowedFunctions: Readonly<Record<string, AllowedFunction>> = {
  // texts
  string: { argumentsMax: 1 },
  length: { argumentsMax: 1 },
  substring: { argumentsMax: 3 },
  substringBefore: { argumentsMax: 2 },
  substringAfter: { argumentsMax: 2 },
  uppercase: { argumentsMax: 1 },
  lowercase: { argumentsMax: 1 },
  trim: { argumentsMax: 1 },
  contains: { argumentsMax: 2, own: { implementation: contains, signature: "<s-s:b>" } },
  split: { argumentsMax: 3, own: { implementation: split, signature: "<s-sn?:a<s>>" } },
  join: { argumentsMax: 2, own: { implementation: join, signature: "<a<s>s?:s>" } },
  replace: { argumentsMax: 3, own: { implementation: replace, signature: "<s-ss:s>" } },
  base64encode: { argumentsMax: 1 },
  base64decode: { argumentsMax: 1 },
  encodeUrlComponent: { argumentsMax: 1 },
  decodeUrlComponent: { argumentsMax: 1 },
  // numbers
  number: { argumentsMax: 1 },
  abs: { argumentsMax: 1 },
  floor: { argumentsMax: 1 },
  ceil: { argumentsMax: 1 },
  round: { argumentsMax: 2 },
  power: { argumentsMax: 2 },
  sqrt: { argumentsMax: 1 },
  formatBase: { argumentsMax: 2 },
  sum: { argumentsMax: 1 },
  max: { argumentsMax: 1 },
  min: { argumentsMax: 1 },
  average: { argumentsMax: 1 },
  // truth and kind
  boolean: { argumentsMax: 1 },
  not: { argumentsMax: 1 },
  exists: { argumentsMax: 1 },
  type: { argumentsMax: 1 },
  // arrays and objects
  count: { argumentsMax: 1 },
  append: { argumentsMax: 2 },
  reverse: { argumentsMax: 1 },
  sort: { argumentsMax: 1, own: { implementation: sort, signature: "<a:a>" } },
  distinct: { argumentsMax: 1, own: { implementation: distinct, signature: "<x:x>" } },
  zip: { argumentsMax: 8 },
  keys: { argumentsMax: 1, own: { implementation: keys, signature: "<x-:a<s>>" } },
  lookup: { argumentsMin: 2, argumentsMax: 2 },
  merge: { argumentsMax: 1 },
  // times
  toMillis: { argumentsMax: 1, own: { implementation: toMillis, signature: "<s-:n>" } },
  fromMillis: { argumentsMax: 1, own: { implementation: fromMillis, signature: "<n-:s>" } },
};

function contains(text: string | undefined, part: string | undefined): boolean | undefined {
  return text === undefined || part === undefined ? undefined : text.includes(part);
}

function split(text: string | undefined, separator: string, limit?: number): string[] | undefined {
  return text?.split(separator, limit);
}

function join(texts: readonly string[] | undefined, separator = ""): string | undefined {
  if (texts === undefined) return undefined;
  assertShort(texts.reduce((length, text) => length + text.length + separator.length, 0));
  return texts.join(separator);
}

function replace(text: string | undefined, pattern: string, replacement: string): string | undefined {
  if (text === undefined) return undefined;
  if (pattern === "") throw new RangeError("The second argument of $replace must not be empty");
  const parts = text.split(pattern);
  assertShort(text.length + (parts.length - 1) * replacement.length);
  return parts.join(replacement);
}

/** JSONata's own sort copies what is left of both halves for each item that it merges. */
function sort(items: readonly unknown[] | undefined): unknown[] | undefined {
  if (items === undefined) return undefined;
  const [first] = items;
  const sortable = ["string", "number"].includes(typeof first) && items.every((item) => typeof item === typeof first);
  if (items.length > 0 && !sortable) throw new TypeError("$sort takes texts alone, or numbers alone");
  return (items as string[]).toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** JSONata's own compares each with each. */
function distinct(items: unknown): unknown {
  if (!Array.isArray(items)) return items;
  const first = new Map<string, unknown>();
  for (const item of items) {
    const key = canonical(item);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

/** JSON text that is the same for what JSONata calls equal: the order of members does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}

/** JSONata's own makes a list for each object of an array. This one too gives no list for a single name, and none for none. */
function keys(this: { createSequence(): string[] }, value: unknown): string[] {
  const names = new Set<string>();
  const collect = (member: unknown): void => {
    if (Array.isArray(member)) for (const each of member) collect(each);
    else if (typeof member === "object" && member !== null) for (const name of Object.keys(member)) names.add(name);
  };
  collect(value);
  const sequence = this.createSequence();
  for (const name of names) sequence.push(name);
  return sequence;
}

/** As times are read everywhere here: one without an offset is UTC, and one that does not exist is none. */
function toMillis(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant === null) throw new RangeError("$toMillis takes an RFC 3339 time, such as 2026-11-21T09:30:00Z");
  return instant.timeMs;
}

function fromMillis(timeMs: number | undefined): string | undefined {
  if (timeMs === undefined) return undefined;
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) throw new RangeError("$fromMillis takes milliseconds since 1970");
  return time.toISOString();
}

function assertShort(length: number): void {
  if (length > textLengthMax) throw new RangeError("A text would be too long");
}
