import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Grants } from "./iam.ts";
import { iamAction, transactionActions, transactionTarget } from "./iam-actions.ts";
import { currentInvocation, type Invocation } from "./lambda-host.ts";
import type { OnEvent } from "./local-event.ts";

/** How often each function performed each IAM action. */
export type ActionsByFunction = Record<string, Record<string, number>>;

/** Watches the AWS calls of functions. */
export type AccessGuard = {
  readonly actionsByFunction: ActionsByFunction;
  /** Notes an action that Lambda itself performs for the function. */
  note(functionName: string, action: string): void;
  uninstall(): void;
};

const channel = "http.client.request.created";

/**
 * Refuses, before anything is sent, the AWS calls that the role of the calling function does not grant: what AWS would
 * refuse after a deployment fails here first. A call is a function's when it is made within its invocation, by whatever
 * client over `node:http`.
 */
export function installAccessGuard(grants: Grants, onEvent: OnEvent): AccessGuard {
  const actionsByFunction: ActionsByFunction = {};

  function note(functionName: string, action: string): void {
    actionsByFunction[functionName] ??= {};
    const counts = actionsByFunction[functionName];
    counts[action] = (counts[action] ?? 0) + 1;
  }

  function refuse(request: ClientRequest, message: string): void {
    onEvent({ kind: "access-denied", message });
    // A client fault by its name, so that the SDK does not try again.
    request.destroy(Object.assign(new Error(message), { name: "AccessDeniedException", $fault: "client" }));
  }

  function check(request: ClientRequest, invocation: Invocation, actions: readonly string[]): boolean {
    const { name, roleArn } = invocation.functionModel;
    if (invocation.hasEnded) {
      const what = `${actions.join(", ")} after its invocation had ended: Lambda freezes what is not awaited`;
      refuse(request, `${name} called ${what}`);
      return false;
    }
    for (const action of actions) {
      note(name, action);
      if (grants.allows(roleArn, action)) continue;
      const role = roleArn.split("/").at(-1);
      refuse(
        request,
        `${name} is not allowed ${action}: its role ${role} does not grant it; add the grant in lib/infra`,
      );
      return false;
    }
    return true;
  }

  function onRequest(message: unknown): void {
    const invocation = currentInvocation.getStore();
    if (invocation === undefined) return;
    const { request } = message as { request: ClientRequest };
    const target = request.getHeader("x-amz-target");
    if (typeof target !== "string") return;
    if (target === transactionTarget) onBody(request, (body) => check(request, invocation, transactionActions(body)));
    else check(request, invocation, [iamAction(target)]);
  }

  subscribe(channel, onRequest);
  return { actionsByFunction, note, uninstall: () => unsubscribe(channel, onRequest) };
}

// A body in one piece, as clients of JSON protocols send it; nothing has gone out when it arrives here.
function onBody(request: ClientRequest, allow: (body: string) => boolean): void {
  for (const method of ["write", "end"] as const) {
    const original = request[method].bind(request) as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]) => {
      const [chunk] = args;
      const isBody = typeof chunk === "string" || chunk instanceof Uint8Array;
      if (isBody && !allow(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString())) return request;
      return original(...args);
    };
    Object.defineProperty(request, method, { value: watched, configurable: true, writable: true });
  }
}
