import type { TemplateScope } from "#domain/template.ts";
import { JsonCopier, NotJson } from "#domain/template-copy.ts";
import type { WorkerRequest } from "./expression-worker.ts";
import workerSource from "./expression-worker.ts?bundle";
import { KillableWorker } from "./killable-worker.ts";
import { limits } from "./limits.ts";
import type { ExpressionOutcome } from "./run-expression.ts";

/** What an expression gave, plain JSON of at most 256 KiB, and what that cost; or why it gave nothing, in words that follow its name. */
export type Evaluated = { ok: true; value: unknown; cost: number } | { ok: false; reason: string };

/** Members by which JSONata tells functions from data. Data that had them would be taken for code. */
const reservedMember = /"_jsonata_(?:lambda|function)":/;

const worker = new KillableWorker<WorkerRequest, ExpressionOutcome>(workerSource, limits.timeMsMax);

/**
 * Evaluates a JSONata expression over a scope, of whose members it sees those that it names. What is not offered, costs
 * too much, fails or gives nothing is told, never thrown. The same expression and scope always end the same, but for the
 * time limit, which the limit of cost comes before.
 */
export async function evaluate(expression: string, scope: TemplateScope): Promise<Evaluated> {
  if (expression.length > limits.expressionLengthMax) {
    return { ok: false, reason: `is longer than ${limits.expressionLengthMax} characters` };
  }
  const input = inputOf(expression, scope);
  if (!input.ok) return input;
  const outcome = await worker.ask({ expression, input: input.json });
  if (outcome === null) return { ok: false, reason: `is stopped: it takes longer than ${limits.timeMsMax} ms` };
  return outcome.ok ? { ok: true, value: JSON.parse(outcome.json), cost: outcome.cost } : outcome;
}

function inputOf(expression: string, scope: TemplateScope): { ok: true; json: string } | { ok: false; reason: string } {
  const named = Object.fromEntries(Object.entries(scope).filter(([name]) => expression.includes(name)));
  try {
    const json = JSON.stringify(new JsonCopier(limits.inputBytesMax).copy(named));
    if (!reservedMember.test(json)) return { ok: true, json };
    return { ok: false, reason: "reads what has a member _jsonata_lambda or _jsonata_function, which are reserved" };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, reason: `reads what ${error.message}` };
    throw error;
  }
}
