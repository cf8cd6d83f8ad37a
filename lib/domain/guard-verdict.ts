/** What a guard came to: met, or why not. */
export type GuardVerdict = { met: true } | { met: false; message: string };

/**
 * What an expression that is to give true came to. `unmet`: it gave something else, in words; `failed`: it gave nothing,
 * for a reason in words that follow its name; `left_out`: it was not evaluated to its end, since those that are evaluated
 * with it cost too much.
 */
export type ConditionOutcome =
  | { kind: "met" }
  | { kind: "unmet"; gave: string }
  | { kind: "failed"; reason: string }
  | { kind: "left_out" };

const leftOutReason =
  "together with the guards before it, it costs too much. Executing the action evaluates it alone. To be told before, let guards read less of data, such as a count that is kept there.";

/** What a value makes of the condition that gave it. Only true will do. */
export function outcomeOf(value: unknown): ConditionOutcome {
  return value === true ? { kind: "met" } : { kind: "unmet", gave: kindOf(value) };
}

/** What the outcome of an action's guard means for the action. */
export function guardVerdictOf(
  { id, guard }: { id: string; guard: string | null },
  outcome: ConditionOutcome,
): GuardVerdict {
  const unmet = (message: string): GuardVerdict => ({ met: false, message: `The guard of action ${id} ${message}` });
  switch (outcome.kind) {
    case "met":
      return { met: true };
    case "unmet":
      return outcome.gave === "false"
        ? unmet(`is not met: ${guard}`)
        : unmet(`is not met, since it gives ${outcome.gave}, which is not true: ${guard}`);
    case "failed":
      return unmet(`gives no answer: it ${outcome.reason}.`);
    case "left_out":
      return unmet(`was not evaluated: ${leftOutReason}`);
  }
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
