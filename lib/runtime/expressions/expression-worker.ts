import { parentPort } from "node:worker_threads";
import { runExpression } from "./run-expression.ts";

/** One expression to evaluate, and what became of it. One is asked after the other. */
export type WorkerRequest = { expression: string; input: string };

parentPort?.on("message", ({ expression, input }: WorkerRequest) => {
  void runExpression(expression, input).then((outcome) => parentPort?.postMessage(outcome));
});
parentPort?.postMessage("ready");
