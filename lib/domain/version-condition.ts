import { DomainError } from "./domain-error.ts";
import { type Condition, etagOf } from "./etag.ts";

/** The versions that a change may stand on; null: any. */
export type VersionCondition = readonly number[] | null;

/** The versions that an `If-Match` names (null: there is none). A weak tag, or one that is no version, names none. */
export function versionsIn(condition: Condition | null): VersionCondition {
  if (condition === null || condition.any) return null;
  const strong = condition.tags.filter(({ weak, value }) => !weak && /^[1-9]\d{0,14}$/.test(value));
  return [...new Set(strong.map(({ value }) => Number(value)))];
}

/** The refusal of a change that stands on another version: DomainError `precondition_failed`. */
export function refusedVersion(current: number): DomainError {
  return new DomainError(
    "precondition_failed",
    `If-Match names another version than the current ${etagOf(current)}. Read it again and repeat with its ETag.`,
  );
}
