import type { ConditionOutcome } from "#domain/guard-verdict.ts";
import type { WorkerRequest } from "./expression-worker.ts";
import workerSource from "./expression-worker.ts?bundle";
import { KillableWorker } from "./killable-worker.ts";
import { limits } from "./limits.ts";
import type { ConditionsRequest } from "./run-conditions.ts";
import type { ExpressionOutcome } from "./run-expression.ts";

const worker = new KillableWorker<WorkerRequest, unknown>(workerSource, limits.timeMsMax);

/** What an expression gives in the thread that can be killed; null: it was killed for it. */
export function runInThread(expression: string, input: string): Promise<ExpressionOutcome | null> {
  return worker.ask({ expression, input }) as Promise<ExpressionOutcome | null>;
}

/** What conditions come to in the thread that can be killed; null: it was killed for them. */
export function runConditionsInThread(request: ConditionsRequest): Promise<ConditionOutcome[] | null> {
  return worker.ask(request, limits.togetherTimeMsMax) as Promise<ConditionOutcome[] | null>;
}
