import { type ConditionOutcome, outcomeOf } from "#domain/guard-verdict.ts";
import { SharedCost } from "#domain/shared-cost.ts";
import { compile } from "./compile.ts";
import { evaluateMetered } from "./evaluate-metered.ts";
import type { InputText } from "./input-text.ts";
import { limits } from "./limits.ts";
import { SharedScope } from "./shared-scope.ts";

/** An expression that is to give true, and the members of the scope that it names. */
export type Condition = { expression: string; names: readonly string[] };

/** Conditions, the members of the scope that any of them names, and what all of them may cost together. */
export type ConditionsRequest = {
  conditions: readonly Condition[];
  inputs: Readonly<Record<string, InputText>>;
  costMax: number;
};

/**
 * Evaluates conditions one after another in the thread it is called in: see `evaluateMetered`. Each comes to what it comes
 * to alone, or is left out. To parse the scope and the expressions is not counted: what they are read from bounds it.
 */
export async function runConditions({ conditions, inputs, costMax }: ConditionsRequest): Promise<ConditionOutcome[]> {
  const scope = new SharedScope(inputs);
  const budget = new SharedCost(costMax, conditions.length);
  const outcomes: ConditionOutcome[] = [];
  for (const condition of conditions) outcomes.push(await runCondition(condition, scope, budget));
  return outcomes;
}

async function runCondition(
  { expression, names }: Condition,
  scope: SharedScope,
  budget: SharedCost,
): Promise<ConditionOutcome> {
  const mayCost = budget.next();
  const refusal = scope.refusalOf(names);
  if (refusal !== null) return { kind: "failed", reason: refusal };
  if (mayCost === 0) return { kind: "left_out" };
  const compiled = compile(expression);
  if (!compiled.ok) return { kind: "failed", reason: compiled.violations.join("; ") };
  const { marksArrays } = compiled.judgement;
  const inputSize = scope.sizeOf(names);
  const costMax = Math.min(limits.costMax, inputSize + mayCost);
  const { value, sizes } = marksArrays ? scope.copied(names) : scope.shared(names);
  const evaluated = await evaluateMetered(compiled, value, { inputSize, costMax, sizes });
  budget.spend(evaluated.cost - inputSize + (marksArrays ? inputSize * limits.copyCost : 0));
  if (evaluated.ok) return outcomeOf(evaluated.value);
  const isOwnFault = !evaluated.stopped || costMax === limits.costMax;
  return isOwnFault ? { kind: "failed", reason: evaluated.reason } : { kind: "left_out" };
}
