import type { FunctionEnvironment } from "./environment.ts";
import type { Scope } from "./route.ts";

/**
 * True where a scope needs no credentials. In AWS everything but `public` is closed from the start, reads unless
 * READS_OPEN. On the laptop everything is open until there is something to check a caller by: an API_KEY, or an issuer.
 *
 * Both the stack, which grants what authentication needs, and the functions, which authenticate, go by this.
 */
export function isOpen(
  scope: Scope,
  environment: Pick<FunctionEnvironment, "STAGE" | "API_KEY_SHA256" | "JWT_ISSUER" | "READS_OPEN">,
): boolean {
  const { STAGE: stage, API_KEY_SHA256: apiKey, JWT_ISSUER: issuer, READS_OPEN: readsOpen } = environment;
  if (scope === "public") return true;
  if (stage === "local" && apiKey === "" && issuer === "") return true;
  return scope === "read" && readsOpen;
}
