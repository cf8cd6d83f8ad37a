import { type EgressAllow, parseEgressAllow } from "#contract/egress.ts";
import { environment } from "#store/environment.ts";

const none: EgressAllow = new Set();

/** What EGRESS_ALLOW opens: nothing anywhere but on the laptop, whatever the environment says. */
export function egressAllow(): EgressAllow {
  const { STAGE: stage, EGRESS_ALLOW: text } = environment();
  return stage === "local" ? parseEgressAllow(text) : none;
}
