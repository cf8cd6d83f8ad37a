/** The drafts of JSON Schema that are understood. */
export type SchemaDraft = "4" | "7" | "2019-09" | "2020-12";

/** What a keyword's value must be. */
export type KeywordKind =
  | "schema"
  | "schemas"
  | "schema or schemas"
  | "schemas by name"
  | "schemas by pattern"
  | "names"
  | "names by name"
  | "names or schema by name"
  | "type"
  | "values"
  | "any"
  | "count"
  | "number"
  | "number or flag"
  | "divisor"
  | "flag"
  | "pattern"
  | "text"
  | "reference";

/**
 * Keywords that assert something of a value, and those that hold schemas. Others are passed over, as JSON Schema says
 * (2020-12 core, section 4.3.1).
 */
export const keywordKinds: ReadonlyMap<string, KeywordKind> = new Map<string, KeywordKind>([
  ["$ref", "reference"],
  ["$defs", "schemas by name"],
  ["definitions", "schemas by name"],
  ["type", "type"],
  ["enum", "values"],
  ["const", "any"],
  ["allOf", "schemas"],
  ["anyOf", "schemas"],
  ["oneOf", "schemas"],
  ["not", "schema"],
  ["if", "schema"],
  ["then", "schema"],
  ["else", "schema"],
  ["properties", "schemas by name"],
  ["patternProperties", "schemas by pattern"],
  ["additionalProperties", "schema"],
  ["unevaluatedProperties", "schema"],
  ["propertyNames", "schema"],
  ["required", "names"],
  ["dependentRequired", "names by name"],
  ["dependentSchemas", "schemas by name"],
  ["dependencies", "names or schema by name"],
  ["minProperties", "count"],
  ["maxProperties", "count"],
  ["prefixItems", "schemas"],
  ["items", "schema or schemas"],
  ["additionalItems", "schema"],
  ["unevaluatedItems", "schema"],
  ["contains", "schema"],
  ["minContains", "count"],
  ["maxContains", "count"],
  ["minItems", "count"],
  ["maxItems", "count"],
  ["uniqueItems", "flag"],
  ["minimum", "number"],
  ["maximum", "number"],
  ["exclusiveMinimum", "number or flag"],
  ["exclusiveMaximum", "number or flag"],
  ["multipleOf", "divisor"],
  ["minLength", "count"],
  ["maxLength", "count"],
  ["pattern", "pattern"],
  ["format", "text"],
]);

/** Keywords whose schemas are for the same value, not for a part of it: going from one to another must come to an end. */
export const inPlaceKeywords: ReadonlySet<string> = new Set(
  "$ref allOf anyOf oneOf not if then else dependentSchemas dependencies".split(" "),
);

/** Keywords that change what a reference leads to, and are not understood. */
export const unsupportedKeywords: ReadonlySet<string> = new Set(["$dynamicRef", "$recursiveRef"]);

export const typeWords = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;

/** The draft that `$schema` names, the newest where it is not given. Null for one that is not understood. */
export function draftOf(identifier: unknown): SchemaDraft | null {
  if (identifier === undefined) return "2020-12";
  const [, year, number] =
    /^https?:\/\/json-schema\.org\/(?:draft\/(2019-09|2020-12)|draft-0([467]))\/schema#?$/.exec(String(identifier)) ??
    [];
  if (year !== undefined) return year as SchemaDraft;
  if (number === undefined) return null;
  return number === "4" ? "4" : "7"; // draft 6 is all in draft 7
}
