import { renderedBytesMax } from "#domain/template.ts";
import { JsonCopier, NotJson } from "#domain/template-copy.ts";
import { compile, faultText } from "./compile.ts";
import { CostMeter, type MeteredNode, TooCostly } from "./cost-meter.ts";

/** What an expression gave, as JSON text; or why it gave nothing, in words that follow its name. */
export type ExpressionOutcome = { ok: true; json: string; cost: number } | { ok: false; reason: string };

/**
 * Evaluates an expression in the thread it is called in, which it may occupy for as long as its cost allows, and longer
 * if that misses something: it is for a thread that can be killed.
 *
 * @param input the scope as JSON text
 */
export async function runExpression(expression: string, input: string): Promise<ExpressionOutcome> {
  const compiled = compile(expression);
  if (!compiled.ok) return { ok: false, reason: compiled.violations.join("; ") };
  const meter = new CostMeter(compiled.judgement.operands, input.length);
  const { expression: prepared } = compiled;
  // Where JSONata looks for these is not in its types, but it is how its own debuggers follow an evaluation.
  const assign = prepared.assign as unknown as (name: symbol, value: unknown) => void;
  assign(Symbol.for("jsonata.__evaluate_entry"), () => meter.enter());
  assign(Symbol.for("jsonata.__evaluate_exit"), (node: MeteredNode, context: unknown, _: unknown, result: unknown) =>
    meter.leave(node, context, result),
  );
  try {
    const result: unknown = await prepared.evaluate(JSON.parse(input));
    if (result === undefined) {
      return { ok: false, reason: "gives nothing: what it reads is not there. Add a default, such as ?? null" };
    }
    return { ok: true, json: JSON.stringify(new JsonCopier(renderedBytesMax).copy(result)), cost: meter.cost };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, reason: `gives what ${error.message}` };
    if (error instanceof TooCostly) return { ok: false, reason: `is stopped: ${error.message}` };
    return { ok: false, reason: `fails: ${faultText(error)}` };
  }
}
