import type { OutputUnit } from "@cfworker/json-schema";
import type { Violation } from "#domain/domain-error.ts";

/** Keywords that only say that something below them is wrong, which is told by itself. */
const passedOver = new Set(
  "$ref allOf if properties patternProperties additionalProperties unevaluatedProperties prefixItems items".split(" "),
).union(new Set(["additionalItems", "unevaluatedItems", "dependentSchemas"]));

/** A text of the interpreter, and what a person is told instead; `$1` and so on are its parts. */
const sayings: Readonly<Record<string, readonly [pattern: RegExp, message: string]>> = {
  type: [/^Instance type "(.*?)" is invalid\. Expected "(.*)"\.$/s, "must be $2, and is $1"],
  const: [/^Instance does not match (.*)\.$/s, "must be $1"],
  enum: [/^Instance does not match any of (.*)\.$/s, "must be one of $1"],
  required: [/.*/s, "is required"],
  minProperties: [/^.*at least (.*) properties\.$/s, "must have at least $1 members"],
  maxProperties: [/^.*at least (.*) properties\.$/s, "must have at most $1 members"],
  propertyNames: [/^Property name (.*) does not match schema\.$/s, "must not have a member named $1"],
  dependentRequired: [/^Instance has (".*") but does not have (".*")\.$/s, "must have $2, since it has $1"],
  maxItems: [/^.*> (.*)\)\.$/s, "must have at most $1 items"],
  minItems: [/^.*< (.*)\)\.$/s, "must have at least $1 items"],
  contains: [/.*/s, "must hold an item that the schema asks for"],
  minContains: [/.*/s, "holds too few of the items that the schema asks for"],
  maxContains: [/.*/s, "holds too many of the items that the schema asks for"],
  uniqueItems: [/^.*indexes (.*) and (.*)\.$/s, "must not hold an item twice, as at $1 and $2"],
  minimum: [/^.* is less than (or equal to )? ?(.*)\.$/s, "must be at least $2"],
  maximum: [/^.* is greater than (or equal to )? ?(.*)\.$/s, "must be at most $2"],
  exclusiveMinimum: [/^.* than (.*)\.$/s, "must be above $1"],
  exclusiveMaximum: [/^.* to (.*)\.$/s, "must be below $1"],
  multipleOf: [/^.* of (.*)\.$/s, "must be a multiple of $1"],
  minLength: [/^.*< (.*)\)\.$/s, "must be at least $1 characters"],
  maxLength: [/^.*> (.*)\)\.$/s, "must be at most $1 characters"],
  pattern: [/.*/s, "does not match the pattern"],
  format: [/^.*format "(.*)"\.$/s, 'must have the format "$1"'],
  not: [/.*/s, "is what the schema excludes (not)"],
  anyOf: [/.*/s, "must match one of the alternatives (anyOf)"],
  oneOf: [/^.*\((\d+) matches\)\.$/s, "must match exactly one of the alternatives (oneOf), and matches $1"],
  false: [/.*/s, "is not allowed"],
};

/** How much of the schema or the payload a message repeats. */
const shownLengthMax = 200;

/** What the interpreter found wrong, as a violation of the payload; null for what something else says better. */
export function schemaMessage({ keyword, keywordLocation, instanceLocation, error }: OutputUnit): Violation | null {
  if (passedOver.has(keyword) || /\/propertyNames\/./.test(keywordLocation)) return null;
  if (keyword === "dependencies" && !error.includes("does not have")) return null;
  const [pattern, message] = sayings[keyword === "dependencies" ? "dependentRequired" : keyword] ?? [/.*/s, error];
  const text = keyword === "type" ? error.replaceAll('", "', " or ") : error;
  const said = text.replace(pattern, message).slice(0, shownLengthMax).toWellFormed();
  const missing = keyword === "required" ? [/"(.*)"/s.exec(error)?.[1] ?? ""] : [];
  const alternative = /\/(anyOf|oneOf)\/\d+\//.exec(keywordLocation)?.[1];
  const path = [...namesIn(instanceLocation), ...missing].map((name) => name.slice(0, 64).toWellFormed());
  return {
    path: ["payload", ...path].join("."),
    message: alternative === undefined ? said : `${said}, for one alternative of ${alternative}`,
  };
}

/** The names in a JSON Pointer (RFC 6901) written as a URI fragment. */
function namesIn(location: string): string[] {
  return location
    .split("/")
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~"));
}
