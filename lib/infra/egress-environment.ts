import { parseEgressAllow } from "#contract/egress.ts";
import type { FunctionEnvironment, OperatorSettings } from "#contract/environment.ts";

/**
 * Where functions may send although it is not public: what the operator says on the laptop, nothing in AWS.
 *
 * @throws Error for an entry that cannot be one, and for any in AWS.
 */
export function egressEnvironment(
  stage: "local" | "aws",
  { EGRESS_ALLOW = "" }: OperatorSettings,
): Pick<FunctionEnvironment, "EGRESS_ALLOW"> {
  if (stage === "aws" && EGRESS_ALLOW !== "") {
    throw new Error("EGRESS_ALLOW is for the laptop: in AWS webhooks are sent to public addresses alone. Unset it.");
  }
  parseEgressAllow(EGRESS_ALLOW);
  return { EGRESS_ALLOW };
}
