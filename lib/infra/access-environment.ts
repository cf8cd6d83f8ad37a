import { createHash } from "node:crypto";
import type { FunctionEnvironment, OperatorSettings } from "#contract/environment.ts";

/** The part of a function's environment that says who may call, and how often. */
export type AccessEnvironment = Pick<
  FunctionEnvironment,
  "STAGE" | "API_KEY_SHA256" | "READS_OPEN" | "RATE_LIMIT_PER_MINUTE" | "JWT_ISSUER" | "JWT_AUDIENCE" | "JWT_JWKS_URI"
>;

/** In AWS a caller who runs wild is stopped before the bill is: some hundred requests a second are no wildness. */
const awsRequestsPerMinuteMax = 6_000;

/**
 * Who may call at a stage; of API_KEY only the hash goes on.
 *
 * @throws Error for an issuer that AWS would reach without TLS.
 */
export function accessEnvironment(stage: "local" | "aws", settings: OperatorSettings): AccessEnvironment {
  const { API_KEY, JWT_ISSUER = "", JWT_AUDIENCE = "", JWT_JWKS_URI = "" } = settings;
  for (const [name, url] of Object.entries({ JWT_ISSUER, JWT_JWKS_URI })) {
    if (stage === "aws" && url.startsWith("http:")) throw new Error(`${name} must be an https URL in AWS.`);
  }
  return {
    STAGE: stage,
    API_KEY_SHA256: API_KEY === undefined ? "" : createHash("sha256").update(API_KEY).digest("hex"),
    READS_OPEN: settings.READS_OPEN ?? stage === "local",
    RATE_LIMIT_PER_MINUTE: settings.RATE_LIMIT_PER_MINUTE ?? (stage === "aws" ? awsRequestsPerMinuteMax : 0),
    JWT_ISSUER,
    JWT_AUDIENCE,
    JWT_JWKS_URI,
  };
}
