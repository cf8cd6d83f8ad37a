import { parentPort } from "node:worker_threads";
import { type ConditionsRequest, runConditions } from "./run-conditions.ts";
import { runExpression } from "./run-expression.ts";

/** What the thread is asked, one after the other: what an expression gives, or what conditions come to. */
export type WorkerRequest = { expression: string; input: string } | ConditionsRequest;

parentPort?.on("message", (request: WorkerRequest) => {
  const answer = "conditions" in request ? runConditions(request) : runExpression(request.expression, request.input);
  void answer.then((outcome) => parentPort?.postMessage(outcome));
});
parentPort?.postMessage("ready");
