import { DomainError } from "./domain-error.ts";

/** An `If-Match` or `If-None-Match` field (RFC 9110, section 13.1): any version, or a list of entity tags. */
export type Condition = { any: true } | { any: false; tags: { weak: boolean; value: string }[] };

/**
 * The strong entity tag of a version: `"7"`.
 *
 * @param variant what else an answer depends on than the version, by a digest of 11 characters: `"7.x8Jq0_PQm2c"`; null:
 * nothing
 */
export function etagOf(version: number, variant: string | null = null): string {
  return variant === null ? `"${version}"` : `"${version}.${variant}"`;
}

/**
 * Parses an `If-Match` or `If-None-Match` header.
 *
 * @throws DomainError `malformed_header` when it is neither `*` nor a list of quoted entity tags.
 */
export function parseCondition(header: string, name: "If-Match" | "If-None-Match"): Condition {
  const text = header.trim();
  if (text === "*") return { any: true };
  const tags = [...text.matchAll(/(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g)];
  const wellFormed = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*$/.test(text);
  if (!wellFormed) {
    throw new DomainError(
      "malformed_header",
      `${name} must be * or quoted entity tags such as "7", separated by commas.`,
    );
  }
  return { any: false, tags: tags.map(([, weak, value]) => ({ weak: weak !== undefined, value: value ?? "" })) };
}

/** Strong comparison, as `If-Match` asks: a weak tag never matches. A version is changed, whatever variant of it was read. */
function matchesStrongly(condition: Condition, version: number): boolean {
  return condition.any || condition.tags.some(({ weak, value }) => !weak && versionIn(value) === String(version));
}

function versionIn(tag: string): string {
  return tag.replace(/\.[\w-]{11}$/, "");
}

/** Weak comparison, as `If-None-Match` asks. */
export function matchesWeakly(condition: Condition, tag: string): boolean {
  return condition.any || condition.tags.some(({ value }) => value === tag);
}

/**
 * Enforces that there is an `If-Match` (RFC 6585, section 3).
 *
 * @throws DomainError `precondition_required` without the header.
 */
export function assertHasIfMatch(header: string | undefined): asserts header is string {
  if (header !== undefined) return;
  throw new DomainError(
    "precondition_required",
    "Send the ETag of the version that you mean to change as If-Match, so that nobody else's change is overwritten.",
  );
}

/**
 * Enforces `If-Match` against the current version; without the header everything passes.
 *
 * @throws DomainError `precondition_failed` on a mismatch, `malformed_header` on bad syntax.
 */
export function assertIfMatch(header: string | undefined, version: number): void {
  if (header === undefined) return;
  if (!matchesStrongly(parseCondition(header, "If-Match"), version)) {
    throw new DomainError(
      "precondition_failed",
      `If-Match names another version than the current ${etagOf(version)}. Read it again and repeat with its ETag.`,
    );
  }
}
