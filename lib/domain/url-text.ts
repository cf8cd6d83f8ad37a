/** The longest URL that is sent to, in UTF-16 units. */
export const urlLengthMax = 2048;

/** A URL's scheme, host and port, and the character that ends them: nothing that follows changes where it leads. */
export const wholeOrigin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]+[/?#]/i;

/** A part of a URL: written in its template, or a value that was put in. */
export type UrlPart = { text: string; isValue: boolean };

/** What the WHATWG's parser takes for "here" or "one up". */
const dotSegment = /^(?:\.|%2e){1,2}$/i;

/**
 * Joins the parts of a URL. Behind the origin, once that is closed by what is written, a value stands for itself alone: it is
 * percent-encoded, so that it begins no further segment, parameter or fragment. Before, values are put in as they are.
 *
 * @returns null where a value would make `.` or `..` of a segment, which no encoding hides. What is too long to be a URL
 * comes as it is
 */
export function urlText(parts: readonly UrlPart[]): string | null {
  const raw = parts.map(({ text }) => text).join("");
  if (raw.length > urlLengthMax) return raw; // nobody sends there, and what follows costs the square of its length
  let whole = "";
  let isBehindOrigin = false;
  const encodedAt: number[] = [];
  for (const { text, isValue } of parts) {
    if (isValue && isBehindOrigin) encodedAt.push(whole.length);
    whole += isValue && isBehindOrigin ? encodeURIComponent(text) : text;
    isBehindOrigin ||= !isValue && wholeOrigin.test(whole);
  }
  return encodedAt.some((at) => dotSegment.test(segmentAt(whole, at))) ? null : whole;
}

/** The segment of a URL's path that a place is in; empty where it is none of the path. */
function segmentAt(url: string, at: number): string {
  const before = url.slice(0, at);
  if (/[?#]/.test(before)) return "";
  return `${before.replace(/^.*[/\\]/s, "")}${url.slice(at).replace(/[/\\?#].*$/s, "")}`;
}
