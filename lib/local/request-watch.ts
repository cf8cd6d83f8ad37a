import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { CallOwners } from "./call-owners.ts";
import { currentInvocation, deadCall, type Invocation } from "./invocation.ts";

/** What is done about a request of a function before anything of it is sent. */
export type RequestWatch = {
  onRequest(request: ClientRequest, invocation: Invocation): void;
  /** The error for a request, or for a `fetch`, of an invocation that has answered already. */
  tooLate(request: ClientRequest | "fetch", invocation: Invocation): Error;
};

const channel = "http.client.request.created";

/**
 * Watches the requests that functions make, by whatever client over `node:http`, and ties each to its invocation. Once that
 * has ended no request of it goes out at all, nor by `fetch`.
 *
 * @returns a function that ends the watch.
 */
export function watchRequests({ onRequest, tooLate }: RequestWatch, owners: CallOwners): () => void {
  function endOf(invocation: Invocation, request: ClientRequest | "fetch"): Error | null {
    if (invocation.state === "running") return null;
    return invocation.state === "dead" ? deadCall() : tooLate(request, invocation);
  }

  function onCreated(message: unknown): void {
    const invocation = currentInvocation.getStore();
    if (invocation === undefined) return;
    const { request } = message as { request: ClientRequest };
    const end = endOf(invocation, request);
    if (end !== null) {
      request.destroy(end);
      return;
    }
    invocation.track(request);
    owners.note(request, invocation);
    onRequest(request, invocation);
  }

  const { fetch } = globalThis;
  const watchedFetch: typeof fetch = async (input, init) => {
    const invocation = currentInvocation.getStore();
    const end = invocation === undefined ? null : endOf(invocation, "fetch");
    if (end !== null) throw end;
    return fetch(input, init);
  };
  globalThis.fetch = watchedFetch;
  subscribe(channel, onCreated);
  return () => {
    unsubscribe(channel, onCreated);
    if (globalThis.fetch === watchedFetch) globalThis.fetch = fetch;
  };
}
