import type { ClientRequest } from "node:http";
import type { CallOwners } from "./call-owners.ts";
import type { Grants } from "./iam.ts";
import { iamAction, transactionActions, transactionTarget } from "./iam-actions.ts";
import type { Invocation } from "./invocation.ts";
import type { OnEvent } from "./local-event.ts";
import { watchRequests } from "./request-watch.ts";
import { hidesMissing, s3Call, s3Grant } from "./s3-call.ts";

/** How often each function performed each IAM action. */
export type ActionsByFunction = Record<string, Record<string, number>>;

/** Watches the AWS calls of functions. */
export type AccessGuard = {
  readonly actionsByFunction: ActionsByFunction;
  /** Notes an action that Lambda itself performs for the function. */
  note(functionName: string, action: string): void;
  uninstall(): void;
};

/**
 * Refuses, before anything is sent, the AWS calls that the role of the calling function does not grant: what AWS would
 * refuse after a deployment fails here first. A call is a function's when it is made within its invocation.
 *
 * @param s3Url S3 as functions see it: its calls are known by their address alone.
 */
export function installAccessGuard(
  grants: Grants,
  owners: CallOwners,
  s3Url: string | null,
  onEvent: OnEvent,
): AccessGuard {
  const actionsByFunction: ActionsByFunction = {};
  const s3Host = s3Url && new URL(s3Url).host;

  function note(functionName: string, action: string): void {
    actionsByFunction[functionName] ??= {};
    const counts = actionsByFunction[functionName];
    counts[action] = (counts[action] ?? 0) + 1;
  }

  function refusal(message: string): Error {
    onEvent({ kind: "access-denied", message });
    // A client fault by its name, so that the SDK does not try again.
    return Object.assign(new Error(message), { name: "AccessDeniedException", $fault: "client" });
  }

  function check(request: ClientRequest, { functionModel }: Invocation, actions: readonly string[]): boolean {
    const { name, roleArn } = functionModel;
    for (const action of actions) {
      note(name, action);
      if (grants.allows(roleArn, action)) continue;
      const why = `its role ${roleArn.split("/").at(-1)} does not grant it; add the grant in lib/infra`;
      request.destroy(refusal(`${name} is not allowed ${action}: ${why}`));
      return false;
    }
    return true;
  }

  function onRequest(request: ClientRequest, invocation: Invocation): void {
    if (request.getHeader("x-amz-target") === transactionTarget) {
      onBody(request, (body) => check(request, invocation, transactionActions(body)));
      return;
    }
    const action = actionOf(request, s3Host);
    if (action === null || !check(request, invocation, [action]) || action !== "s3:GetObject") return;
    const { name, roleArn } = invocation.functionModel;
    if (!grants.allows(roleArn, "s3:ListBucket")) request.setHeader(hidesMissing, "true");
    // Only with that grant does AWS say that a key is not there.
    request.once("response", ({ statusCode }) => {
      if (statusCode === 404) note(name, "s3:ListBucket");
    });
  }

  function tooLate(request: ClientRequest | "fetch", { functionModel }: Invocation): Error {
    const what = request === "fetch" ? request : (actionOf(request, s3Host) ?? `${request.method} ${request.host}`);
    const why = "after its invocation had ended: Lambda freezes what is not awaited";
    return refusal(`${functionModel.name} called ${what} ${why}`);
  }

  return { actionsByFunction, note, uninstall: watchRequests({ onRequest, tooLate }, owners) };
}

/** The IAM action of a request; null for one that is no call of AWS. */
function actionOf(request: ClientRequest, s3Host: string | null): string | null {
  const target = request.getHeader("x-amz-target");
  if (typeof target === "string") return iamAction(target);
  if (request.getHeader("host") !== s3Host) return null;
  const { action } = s3Call(request.method, request.path);
  return action && s3Grant(action);
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
