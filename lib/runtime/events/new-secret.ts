import { randomBytes } from "node:crypto";
import { newWebhookSecret } from "#runtime/egress/standard-webhooks.ts";

/** A secret for the deliveries of a subscription: 256 random bits, as receivers write it. */
export function newSubscriptionSecret(): string {
  return newWebhookSecret(randomBytes(32));
}
