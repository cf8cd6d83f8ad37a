import type { TemplateScope } from "#domain/template.ts";
import { runInThread } from "./expression-thread.ts";
import { inputText } from "./input-text.ts";
import { limits } from "./limits.ts";

/** What an expression gave, plain JSON of at most 256 KiB, and what that cost; or why it gave nothing, in words that follow its name. */
export type Evaluated = { ok: true; value: unknown; cost: number } | { ok: false; reason: string };

/**
 * Evaluates a JSONata expression over a scope, of whose members it sees those that it names. What is not offered, costs
 * too much, fails or gives nothing is told, never thrown. The same expression and scope always end the same, but for the
 * time limit, which the limit of cost comes before.
 */
export async function evaluate(expression: string, scope: TemplateScope): Promise<Evaluated> {
  if (expression.length > limits.expressionLengthMax) {
    return { ok: false, reason: `is longer than ${limits.expressionLengthMax} characters` };
  }
  const named = Object.fromEntries(Object.entries(scope).filter(([name]) => expression.includes(name)));
  const input = inputText(named);
  if (!input.ok) return input;
  const outcome = await runInThread(expression, input.json);
  if (outcome === null) return { ok: false, reason: `is stopped: it takes longer than ${limits.timeMsMax} ms` };
  return outcome.ok ? { ok: true, value: JSON.parse(outcome.json), cost: outcome.cost } : outcome;
}
