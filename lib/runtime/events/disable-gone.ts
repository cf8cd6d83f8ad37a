import { goneSubscription } from "#domain/subscription.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { commit } from "#store/commit.ts";
import {
  findSubscription,
  forgetSubscriptions,
  type LoadedSubscription,
  replaceSubscription,
} from "#store/subscriptions.ts";

/** Disables a subscription whose receiver is gone for good, unless it leads elsewhere by now, or is disabled already. */
export async function disableGone(answered: LoadedSubscription, nowMs: number, requestId: string): Promise<void> {
  const { id: subscription_id, url } = answered.subscription;
  for (let standing: LoadedSubscription | null = answered; standing !== null; ) {
    const { subscription } = standing;
    if (!subscription.enabled || subscription.url !== url) return;
    const write = replaceSubscription(standing, goneSubscription(subscription, nowMs));
    const { committed } = await commit([write], { writeId: newWriteId(), requestId });
    if (committed) {
      forgetSubscriptions();
      logger.warn("subscription disabled: its receiver answered 410", { subscription_id });
      return;
    }
    standing = await findSubscription(subscription_id);
  }
}
