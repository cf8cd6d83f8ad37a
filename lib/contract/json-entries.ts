import { DomainError } from "#domain/domain-error.ts";
import type { Entries } from "./route.ts";
import { parseStrictJson } from "./strict-json.ts";
import { decodeUtf8 } from "./utf8.ts";

/** One entry of a body of many: its value, or what is wrong with it; `sent` then tells it from another wrong one. */
export type Entry<Value> = { ok: true; value: Value } | { ok: false; sent: string; error: DomainError };

/** How messages call an entry. */
export const entrySubject = "The entry";

/**
 * The entries of a JSON array, each read as if it were a document of its own; null when the text is no array. At most one
 * more than `countMax` is read.
 *
 * @throws DomainError `malformed_json` when the text as a whole is not JSON: then nobody can say where an entry ends.
 */
export function entriesOfArray(text: string, limits: Entries): Entry<unknown>[] | null {
  if (!isArray(text)) return null;
  const elements = elementTexts(text).take(limits.countMax + 1);
  return [...elements.map((element) => readEntry(Buffer.from(element.trim()), limits))];
}

/** The entries of lines of JSON, read likewise. Blank lines are none. */
export function entriesOfLines(body: Buffer, limits: Entries): Entry<unknown>[] {
  const lines = linesOf(body)
    .filter((line) => line.some((byte) => !blankBytes.has(byte)))
    .take(limits.countMax + 1);
  return [...lines.map((line) => readEntry(line, limits))];
}

function readEntry(bytes: Buffer, { bytesMax }: Entries): Entry<unknown> {
  try {
    if (bytes.length > bytesMax) {
      throw new DomainError(
        "payload_too_large",
        `${entrySubject} has ${bytes.length} bytes; at most ${bytesMax} are taken.`,
      );
    }
    return { ok: true, value: parseStrictJson(decodeUtf8(bytes, entrySubject), entrySubject) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ok: false, sent: bytes.toString("latin1"), error };
  }
}

/** Checks the syntax of the whole. The parser is not recursive, so no depth harms it. */
function isArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    parseStrictJson(text); // says what is wrong
    return false;
  }
}

/** The texts of the elements of a valid JSON array, in their order. */
function* elementTexts(text: string): Generator<string, undefined> {
  let depth = 0;
  let inString = false;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (inString) {
      if (char === "\\") index++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "[" || char === "{") {
      if (depth++ === 0) start = index + 1;
    } else if (char === "]" || char === "}") {
      if (--depth > 0) continue;
      const element = text.slice(start, index);
      if (element.trim() !== "") yield element; // blank: the array is empty
    } else if (char === "," && depth === 1) {
      yield text.slice(start, index);
      start = index + 1;
    }
  }
}

/** Splits at line feeds, which in UTF-8 are no part of any other character. */
function* linesOf(body: Buffer): Generator<Buffer, undefined> {
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(0x0a, start);
    const line = end === -1 ? body.subarray(start) : body.subarray(start, end);
    yield line;
    start += line.length + 1;
  }
}

const blankBytes = new Set([..." \t\r"].map((char) => char.charCodeAt(0)));
