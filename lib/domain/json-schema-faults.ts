import { type KeywordKind, type SchemaDraft, typeWords } from "./json-schema-keywords.ts";

/** The longest regular expression. How long one may take is bounded where it is used. */
const patternLengthMax = 1_000;

/** What is wrong with a keyword's value, its schemas aside; null when it is of its kind. */
export function keywordFault(kind: KeywordKind, value: unknown, draft: SchemaDraft): string | null {
  if (kind === "pattern") return patternFault(value);
  if (kind === "number or flag" && draft === "4" && typeof value === "boolean") return null;
  const { is, advice } = rules[kind];
  return is(value) ? null : advice;
}

type Rule = { is: (value: unknown) => boolean; advice: string };

const anything: Rule = { is: () => true, advice: "" };
const number: Rule = { is: (value) => typeof value === "number", advice: "must be a number" };
const names: Rule = { is: areNames, advice: "must be a list of names" };

/** Schemas themselves are looked at one by one. */
const rules: Record<Exclude<KeywordKind, "pattern">, Rule> = {
  schema: anything,
  schemas: { is: (value) => Array.isArray(value) && value.length > 0, advice: "must be a list of schemas" },
  "schema or schemas": anything,
  "schemas by name": { is: isObject, advice: "must be an object of schemas" },
  "schemas by pattern": { is: isObject, advice: "must be an object of schemas" },
  "names or schema by name": {
    is: (value) => isObject(value) && Object.values(value).every((each) => !Array.isArray(each) || areNames(each)),
    advice: "must be an object of schemas or lists of names",
  },
  "names by name": {
    is: (value) => isObject(value) && Object.values(value).every(areNames),
    advice: "must be an object of lists of names",
  },
  names,
  type: {
    is: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isTypeWord) : isTypeWord(value)),
    advice: `must be one of ${typeWords.join(", ")}, or a list of them`,
  },
  values: { is: (value) => Array.isArray(value) && value.length > 0, advice: "must be a list of values" },
  any: anything,
  count: { is: (value) => Number.isSafeInteger(value) && Number(value) >= 0, advice: "must be a whole number from 0" },
  number,
  "number or flag": number,
  divisor: { is: (value) => typeof value === "number" && value > 0, advice: "must be a number above 0" },
  flag: { is: (value) => typeof value === "boolean", advice: "must be true or false" },
  text: { is: (value) => typeof value === "string", advice: "must be a text" },
  reference: {
    is: (value) => typeof value === "string" && /^#(\/|$)/.test(value),
    advice: "must be # or #/ and a path within this schema, such as #/$defs/address",
  },
};

function patternFault(value: unknown): string | null {
  if (typeof value !== "string") return "must be a regular expression, as text";
  if (value.length > patternLengthMax) return `must be at most ${patternLengthMax} characters`;
  try {
    new RegExp(value, "u");
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, "") : "bad syntax";
    return `must be a regular expression of ECMAScript with the flag u: ${reason}`;
  }
}

function isTypeWord(value: unknown): boolean {
  return typeWords.some((word) => word === value);
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
