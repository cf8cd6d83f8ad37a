import { AsyncLocalStorage } from "node:async_hooks";
import type { ClientRequest } from "node:http";
import type { FunctionModel } from "./model.ts";

/** One run of a function. All functions share this process, so what ends with a sandbox in AWS is tied to this here. */
export type Invocation = {
  readonly functionModel: FunctionModel;
  readonly requestId: string;
  /** `answered`: Lambda would have frozen what still runs of it. `dead`: there would be nothing left to run. */
  readonly state: "running" | "answered" | "dead";
  /** Runs the handler. Rejects when it throws, when its time is up, and when it dies: its answer counts no more then. */
  run(handle: () => unknown): Promise<unknown>;
  /** Ties a request to the invocation, with which it ends. */
  track(request: ClientRequest): void;
  /**
   * Ends it as the loss of its process would: it has failed, and requests under way break off. What code of it still runs
   * is let run on, since an abandoned promise could be one that others wait for; none of its requests goes out any more.
   */
  die(): void;
};

/** The current invocation, for whoever watches the calls that functions make. */
export const currentInvocation = new AsyncLocalStorage<Invocation>();

/** An invocation that has yet to run. */
export function newInvocation(functionModel: FunctionModel, requestId: string): Invocation {
  let state: Invocation["state"] = "running";
  const requests = new Set<ClientRequest>();
  const end = Promise.withResolvers<never>();
  end.promise.catch(() => {});

  function die(cause: Error): void {
    if (state !== "running") return;
    state = "dead";
    end.reject(cause);
    for (const request of requests) request.destroy(deadCall());
  }

  const invocation: Invocation = {
    functionModel,
    requestId,
    get state() {
      return state;
    },
    run: async (handle) => {
      const { timeoutMs } = functionModel;
      const timer = setTimeout(() => die(timedOut(timeoutMs)), timeoutMs);
      try {
        return await currentInvocation.run(invocation, () => Promise.race([(async () => handle())(), end.promise]));
      } finally {
        clearTimeout(timer);
        if (state === "running") state = "answered";
      }
    },
    track: (request) => {
      requests.add(request);
      request.once("close", () => requests.delete(request));
    },
    die: () => die(named("Runtime.ExitError", "Runtime exited with error: signal: killed")),
  };
  return invocation;
}

/** What a call meets whose invocation is dead: a client's fault by its name, so that the SDK does not try again. */
export function deadCall(): Error {
  return Object.assign(named("InvocationIsDead", "the invocation is dead"), { $fault: "client" });
}

function timedOut(timeoutMs: number): Error {
  return named("Sandbox.Timedout", `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
