import type * as z from "zod";

type Issue = z.core.$ZodRawIssue;

/**
 * What a schema says of a value that it refuses, where it has no words of its own: a predicate that follows the value's path
 * and tells how to mend it, such as "is missing: it must be a text". For `schema.safeParse(input, { error: violationMessage })`.
 */
export function violationMessage(issue: Issue): string {
  const advice = adviceOf(issue);
  if (advice === null) return "is not valid";
  return issue.input === undefined ? `is missing: it ${advice}` : `${advice}${unlike(issue)}`;
}

/** Words of its own for a schema of a value that must be there, as its `error`. @param advice begins with "must" */
export function advised(advice: string): (issue: { input?: unknown }) => string {
  return ({ input }) => (input === undefined ? `is missing: it ${advice}` : advice);
}

/** What a value must be; null where nothing is known but that it is wrong. */
function adviceOf(issue: Issue): string | null {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${nouns[isWhole(issue) ? "int" : issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "too_big":
      return bounded(issue.origin, issue.inclusive === false ? "below" : "at most", Number(issue.maximum));
    case "too_small":
      return bounded(issue.origin, issue.inclusive === false ? "above" : "at least", Number(issue.minimum));
    case "invalid_format":
      return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`;
    case "unrecognized_keys":
      return `must not have the ${issue.keys.length === 1 ? "member" : "members"} ${issue.keys.join(", ")}`;
    default:
      return null;
  }
}

/** True where a whole number is wanted and none came: zod says of a text that it is no number. */
function isWhole({ inst }: Issue): boolean {
  return inst !== undefined && "format" in inst._zod.def && inst._zod.def.format === "safeint";
}

/** What came in place of a value of the right type. */
function unlike(issue: Issue): string {
  const { code, input } = issue;
  if (code !== "invalid_type") return "";
  if (typeof input === "boolean" || input === null) return `, not ${input}`;
  if (typeof input === "number" && isWhole(issue)) return `, not ${input}`;
  return `, not ${nouns[Array.isArray(input) ? "array" : typeof input]}`;
}

function bounded(origin: string, bound: string, count: number): string {
  if (origin !== "string" && origin !== "array") return `must be ${bound} ${count}`;
  if (bound === "at least" && count === 1) return "must not be empty";
  return origin === "string" ? `must be ${bound} ${count} characters` : `must hold ${bound} ${count} entries`;
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};
