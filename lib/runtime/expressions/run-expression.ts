import { renderedBytesMax } from "#domain/template.ts";
import { JsonCopier, NotJson } from "#domain/template-copy.ts";
import { compile } from "./compile.ts";
import { evaluateMetered } from "./evaluate-metered.ts";

/** What an expression gave, as JSON text; or why it gave nothing, in words that follow its name. */
export type ExpressionOutcome = { ok: true; json: string; cost: number } | { ok: false; reason: string };

/**
 * Evaluates an expression in the thread it is called in: see `evaluateMetered`.
 *
 * @param input the scope as JSON text
 */
export async function runExpression(expression: string, input: string): Promise<ExpressionOutcome> {
  const compiled = compile(expression);
  if (!compiled.ok) return { ok: false, reason: compiled.violations.join("; ") };
  const evaluated = await evaluateMetered(compiled, JSON.parse(input), { inputSize: input.length });
  if (!evaluated.ok) return { ok: false, reason: evaluated.reason };
  try {
    const json = JSON.stringify(new JsonCopier(renderedBytesMax).copy(evaluated.value));
    return { ok: true, json, cost: evaluated.cost };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, reason: `gives what ${error.message}` };
    throw error;
  }
}
