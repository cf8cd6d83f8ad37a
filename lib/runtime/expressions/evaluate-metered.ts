import { type Compiled, faultText } from "./compile.ts";
import { CostMeter, type MeteredNode, TooCostly } from "./cost-meter.ts";
import { limits } from "./limits.ts";
import type { ValueSizes } from "./value-sizes.ts";

/** What an evaluation is charged with before it begins, where it is stopped, and what of its scope was looked into before. */
type Budget = { inputSize: number; costMax?: number; sizes?: ValueSizes };

/**
 * What an expression gave, and what that cost; or why it gave nothing, in words that follow its name. `stopped`: it came to
 * `costMax`.
 */
export type Metered = { cost: number } & (
  | { ok: true; value: unknown }
  | { ok: false; reason: string; stopped: boolean }
);

/**
 * Evaluates a compiled expression in the thread it is called in, which it may occupy for as long as its cost allows, and
 * longer if that misses something: it is for a thread that can be killed. It never throws.
 */
export async function evaluateMetered(
  { expression, judgement }: Extract<Compiled, { ok: true }>,
  scope: unknown,
  { inputSize, costMax = limits.costMax, sizes }: Budget,
): Promise<Metered> {
  const meter = new CostMeter(judgement.operands, inputSize, costMax, sizes);
  // Where JSONata looks for these is not in its types, but it is how its own debuggers follow an evaluation.
  const assign = expression.assign as unknown as (name: symbol, value: unknown) => void;
  assign(Symbol.for("jsonata.__evaluate_entry"), () => meter.enter());
  assign(Symbol.for("jsonata.__evaluate_exit"), (node: MeteredNode, context: unknown, _: unknown, result: unknown) =>
    meter.leave(node, context, result),
  );
  const failed = (reason: string, uncounted = 0): Metered => {
    return { ok: false, reason, stopped: meter.cost > costMax, cost: meter.cost + uncounted };
  };
  try {
    const value: unknown = await expression.evaluate(scope);
    if (value === undefined) return failed("gives nothing: what it reads is not there. Add a default, such as ?? null");
    return { ok: true, value, cost: meter.cost };
  } catch (error) {
    if (error instanceof TooCostly) return failed(`is stopped: ${error.message}`);
    return failed(`fails: ${faultText(error)}`, isTooLongSequence(error) ? inputSize : 0);
  }
}

/** True for what may have looked at all of its input before it failed, and is not counted then. */
function isTooLongSequence(error: unknown): boolean {
  return (error as { code?: unknown }).code === "D2015";
}
