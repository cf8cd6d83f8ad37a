import type { ConditionOutcome } from "#domain/guard-verdict.ts";
import type { TemplateScope } from "#domain/template.ts";
import { runConditionsInThread } from "./expression-thread.ts";
import { inputText } from "./input-text.ts";
import { limits } from "./limits.ts";

/**
 * Evaluates conditions, which are to give true, in one turn of the thread, each over those members of the scope that it
 * names; one that stands there twice once. What they come to is told by the condition, and none is thrown. One that is
 * alone may cost what any expression may; several share `costMax`, and those that do not fit in are left out. The same
 * conditions and scope always end the same, but for the time limit, which the limit of cost comes before.
 */
export async function evaluateConditions(
  expressions: readonly string[],
  scope: TemplateScope,
  costMax: number,
): Promise<ReadonlyMap<string, ConditionOutcome>> {
  const conditions = [...new Set(expressions)].map((expression) => {
    return { expression, names: Object.keys(scope).filter((name) => expression.includes(name)) };
  });
  if (conditions.length === 0) return new Map();
  const named = new Set(conditions.flatMap(({ names }) => names));
  const inputs = Object.fromEntries([...named].map((name) => [name, inputText(scope[name])]));
  const outcomes = await runConditionsInThread({ conditions, inputs, costMax });
  return new Map(
    conditions.map(({ expression }, index) => [expression, outcomes?.[index] ?? killed(conditions.length)]),
  );
}

function killed(count: number): ConditionOutcome {
  if (count > 1) return { kind: "left_out" };
  return { kind: "failed", reason: `is stopped: it takes longer than ${limits.togetherTimeMsMax} ms` };
}
