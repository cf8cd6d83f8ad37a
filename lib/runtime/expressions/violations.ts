import type { Violation } from "#domain/domain-error.ts";
import { expressionIn, textsIn } from "#domain/template.ts";
import { compile } from "./compile.ts";
import { limits } from "./limits.ts";

/** How many violations are told of one value. */
const violationsMax = 100;

/** Why an expression may not run, in words that follow its name, told before it runs. Empty: it may. */
export function expressionViolations(expression: string): string[] {
  const compiled = compile(expression);
  return compiled.ok ? [] : compiled.violations;
}

/**
 * What is wrong with the expressions (`{% ... %}`) of a JSON value: what they may not do, and paths that
 * `allowsReference` objects to. Templates with paths are judged by `templateViolations`. At most 100 are told.
 *
 * @param at where the value stands: violations are named below it
 * @param allowsReference why a path may not be read there, in words that follow the place's name; null: it may
 */
export function violationsOfExpressions(
  value: unknown,
  at: string,
  allowsReference: (path: readonly string[], at: string) => string | null,
): Violation[] {
  let count = 0;
  const violations = textsIn(value, at).flatMap(({ text, at: path }) => {
    const expression = expressionIn(text);
    if (expression === null) return [];
    count += 1;
    const refusals =
      count > limits.expressionsMax
        ? [`is one of more than ${limits.expressionsMax} expressions: join some of them`]
        : refusalsOf(expression, (reference) => allowsReference(reference, path));
    return refusals.map((message) => ({ path, message }));
  });
  return [...violations.take(violationsMax)];
}

function refusalsOf(expression: string, allows: (path: readonly string[]) => string | null): string[] {
  const compiled = compile(expression);
  return compiled.ok
    ? compiled.judgement.references.map(allows).filter((refusal) => refusal !== null)
    : compiled.violations;
}
