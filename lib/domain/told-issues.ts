import type * as z from "zod";

/**
 * What a schema found, less what says nothing more: a value of a wrong type is that alone, while zod measures the length of
 * a list as if it were a text, and the other way about.
 */
export function toldIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const mistyped = new Set(issues.filter(({ code }) => code === "invalid_type").map(pathOf));
  return issues.filter((issue) => issue.code === "invalid_type" || !mistyped.has(pathOf(issue)));
}

function pathOf({ path }: z.core.$ZodIssue): string {
  return JSON.stringify(path);
}
