import { randomUUID } from "node:crypto";
import { region } from "./aws-names.ts";
import { functionLoader, type Handler } from "./function-loader.ts";
import { newInvocation } from "./invocation.ts";
import type { OnEvent } from "./local-event.ts";
import type { FunctionModel } from "./model.ts";

/** Lambda's limit for an answer, and for the event of a synchronous invocation. */
const payloadBytesMax = 6 * 1024 * 1024;

/** How an invocation ended; `value` has been through JSON, and is undefined where the handler answered nothing. */
export type InvocationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Counts per function. */
export type FunctionUsage = { invocations: number; errors: number; durationMs: number };

/** Runs functions in this process as Lambda would: one JSON event in, one JSON answer out, a timeout. */
export type LambdaHost = {
  /** Never rejects: whatever goes wrong is a failed result. @throws Error for a function that the stack does not have. */
  invoke(functionName: string, event: unknown): Promise<InvocationResult>;
  readonly usage: Record<string, FunctionUsage>;
  /** Invocations begun so far. */
  readonly started: number;
  /** Returns when no invocation is under way. */
  idle(): Promise<void>;
  unload(): void;
};

/** Builds the host of a stack's functions; each is loaded on its first event. */
export function lambdaHost(
  functions: readonly FunctionModel[],
  assetPaths: ReadonlyMap<string, string>,
  onEvent: OnEvent,
): LambdaHost {
  const byName = new Map(functions.map((each) => [each.name, each]));
  const handlers = new Map<string, Promise<Handler>>();
  const loader = functionLoader();
  const usage: Record<string, FunctionUsage> = {};
  let started = 0;
  let active = 0;
  const idleWaiters: (() => void)[] = [];

  function handlerOf(model: FunctionModel): Promise<Handler> {
    const known = handlers.get(model.name);
    if (known !== undefined) return known;
    const begun = performance.now();
    const loading = load(model).then((handler) => {
      onEvent({
        kind: "function-loaded",
        message: `${model.name} loaded in ${Math.round(performance.now() - begun)} ms`,
      });
      return handler;
    });
    handlers.set(model.name, loading);
    // Lambda tries a failed start-up again with the next event.
    loading.catch(() => handlers.delete(model.name));
    return loading;
  }

  async function load(model: FunctionModel): Promise<Handler> {
    const directory = assetPaths.get(model.assetKey);
    if (directory === undefined) throw new Error(`${model.name}: the assembly has no asset ${model.assetKey}`);
    return loader.load(directory, model.handler);
  }

  async function run(model: FunctionModel, event: unknown): Promise<InvocationResult> {
    const requestId = randomUUID();
    const text = JSON.stringify(event);
    if (text.length > payloadBytesMax && Buffer.byteLength(text) > payloadBytesMax) {
      return failure("RequestEntityTooLarge", `the event has ${Buffer.byteLength(text)} bytes`);
    }
    try {
      const handler = await handlerOf(model);
      const context = lambdaContext(model, requestId);
      return roundTrip(await newInvocation(model, requestId).run(() => handler(JSON.parse(text), context)));
    } catch (error) {
      return failed(error);
    }
  }

  return {
    usage,
    get started() {
      return started;
    },
    idle: () => (active === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
    invoke: async (functionName, event) => {
      const model = byName.get(functionName);
      if (model === undefined) throw new Error(`the stack has no function ${functionName}`);
      usage[functionName] ??= { invocations: 0, errors: 0, durationMs: 0 };
      const counts = usage[functionName];
      const begun = performance.now();
      started += 1;
      active += 1;
      const result = await run(model, event);
      active -= 1;
      counts.invocations += 1;
      counts.durationMs += performance.now() - begun;
      if (!result.ok) {
        counts.errors += 1;
        onEvent({
          kind: "function-failed",
          message: `${functionName} failed: ${result.errorType}: ${result.errorMessage}`,
        });
      }
      if (active === 0) for (const resolve of idleWaiters.splice(0)) resolve();
      return result;
    },
    unload: () => loader.unload(),
  };
}

function lambdaContext(model: FunctionModel, requestId: string) {
  // The real timeout is real time, so it does not follow a virtual clock.
  const deadline = performance.now() + model.timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: model.name,
    functionVersion: "$LATEST",
    invokedFunctionArn: model.arn,
    memoryLimitInMB: String(model.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${model.name}`,
    logStreamName: `${region}/local`,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

function roundTrip(answer: unknown): InvocationResult {
  const text = JSON.stringify(answer);
  if (text === undefined) return { ok: true, value: undefined };
  if (text.length * 3 > payloadBytesMax && Buffer.byteLength(text) > payloadBytesMax) {
    return failure(
      "Function.ResponseSizeTooLarge",
      `Response payload size exceeded maximum allowed payload size (${payloadBytesMax} bytes).`,
    );
  }
  return { ok: true, value: JSON.parse(text) };
}

function failed(error: unknown): InvocationResult {
  if (!(error instanceof Error)) return failure("Error", String(error));
  // A start-up error says little without its stack; Lambda logs the stack of both.
  return failure(
    error.name,
    error.stack?.includes(error.message) ? error.stack.replace(/^\w*Error: /, "") : error.message,
  );
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { ok: false, errorType, errorMessage };
}
