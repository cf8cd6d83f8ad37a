import type { FunctionEnvironment } from "./environment.ts";
import type { Route, Scope } from "./route.ts";

/** What says which scopes are open. */
type AccessRules = Pick<FunctionEnvironment, "STAGE" | "API_KEY_SHA256" | "JWT_ISSUER" | "READS_OPEN">;

/**
 * True where a scope needs no credentials. In AWS everything but `public` is closed from the start, reads unless
 * READS_OPEN. On the laptop everything is open until there is something to check a caller by: an API_KEY, or an issuer.
 *
 * Both the stack, which grants what authentication needs, and the functions, which authenticate, go by this.
 */
export function isOpen(scope: Scope, environment: AccessRules): boolean {
  const { STAGE: stage, API_KEY_SHA256: apiKey, JWT_ISSUER: issuer, READS_OPEN: readsOpen } = environment;
  if (scope === "public") return true;
  if (stage === "local" && apiKey === "" && issuer === "") return true;
  return scope === "read" && readsOpen;
}

/**
 * True where a route looks at credentials: where it needs some, and where its answer depends on who calls, unless everybody
 * may do everything.
 */
export function looksAtCredentials({ scope, dependsOnCaller }: Route, environment: AccessRules): boolean {
  return !isOpen(scope, environment) || (dependsOnCaller === true && !isOpen("write", environment));
}
