import { AsyncLocalStorage } from "node:async_hooks";

/** What belongs to one request or message, and follows it through every await. Many share a process on the laptop. */
export type RequestContext = { requestId: string };

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` inside a context. */
export function withContext<Result>(context: RequestContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The context of the current request or message, if there is one. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}
