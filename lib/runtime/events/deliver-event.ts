import type { MessageOf } from "#contract/queue-messages.ts";
import { type AttemptOutcome, abandoned, attempted, type Delivery, outcomeOf } from "#domain/delivery.ts";
import type { Subscription } from "#domain/subscription.ts";
import { sendHttp } from "#runtime/egress/send-http.ts";
import { signatureHeaders } from "#runtime/egress/standard-webhooks.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import type { WorkBudget } from "#runtime/queue.ts";
import { findDelivery, type LoadedDelivery, saveDelivery } from "#store/deliveries.ts";
import { sendMessage } from "#store/queue.ts";
import { findSubscription } from "#store/subscriptions.ts";
import { sendDelivery } from "./delivery-message.ts";
import { disableGone } from "./disable-gone.ts";

/** How long a receiver may take to answer. */
const timeoutMs = 10_000;
/** What an attempt needs besides: to load, and to save what it came to. */
const savingMs = 10_000;
/** A message that is early by less than this comes from a clock that differs from ours. */
const earlyMsMax = 1_000;

/**
 * Attempts a delivery that is due. The message is a hint, which may come twice, late or not at all: what an attempt came to
 * is saved on the delivery as it was loaded, so each counts once. Two messages at once may both send; the receiver knows a
 * repeat by its `webhook-id`, which is that of the event.
 */
export async function deliverEvent(message: MessageOf<"deliver_event">, budget: WorkBudget): Promise<void> {
  const loaded = await findDelivery(message.delivery_id, Date.now());
  if (loaded === null || !isDue(loaded.delivery)) return;
  if (budget.remainingMs() < timeoutMs + savingMs) return sendMessage(message);
  const found = await findSubscription(loaded.delivery.subscriptionId);
  if (found === null) return save(loaded, (current) => abandoned(current, "The subscription was deleted.", Date.now()));
  const { subscription } = found;
  if (!subscription.enabled) {
    return save(loaded, (current) => abandoned(current, "The subscription is disabled.", Date.now()));
  }
  const startedAtMs = Date.now();
  const outcome = await send(loaded.delivery, subscription, startedAtMs);
  const nowMs = Date.now();
  if (outcome.status === 410) await disableGone(found, nowMs, loaded.requestId);
  await save(loaded, (current) => attempted(current, outcome, { startedAtMs, nowMs }));
}

/** Whoever made the next attempt due sent its message: one that is early is a second one. */
function isDue({ status, nextAttemptAtMs }: Delivery): boolean {
  return status === "pending" && (nextAttemptAtMs ?? 0) - Date.now() <= earlyMsMax;
}

async function send(
  { eventId, body }: Delivery,
  { url, secrets }: Subscription,
  startedAtMs: number,
): Promise<AttemptOutcome> {
  const message = { id: eventId, timestampSeconds: Math.floor(startedAtMs / 1000), body };
  const signing = [secrets.current, secrets.previous].filter((secret) => secret !== null);
  const headers = { "content-type": "application/json", ...signatureHeaders(message, signing) };
  // Of the answer nothing is kept but its status.
  const result = await sendHttp({ method: "POST", url, headers, body, timeoutMs, responseBytesMax: 0 });
  return outcomeOf(result, Date.now());
}

/** Saves what became of a delivery, on what stands there: it may have been looked after, or sent anew, meanwhile. */
async function save(loaded: LoadedDelivery, next: (current: Delivery) => Delivery): Promise<void> {
  for (let standing = loaded; ; ) {
    const delivery = next(standing.delivery);
    const by = { writeId: newWriteId(), requestId: standing.requestId };
    const outcome = await saveDelivery(standing, delivery, by);
    if (outcome.saved) return told(delivery, standing.requestId);
    const { current } = outcome;
    // Another message brought its attempt to an end first, and goes on.
    if (current?.delivery.status !== "pending" || current.delivery.attempts !== loaded.delivery.attempts) return;
    standing = current;
  }
}

async function told(delivery: Delivery, requestId: string): Promise<void> {
  const { id: delivery_id, subscriptionId: subscription_id, status, attempts } = delivery;
  logger.info("delivery", { delivery_id, subscription_id, status, attempts });
  await sendDelivery(delivery, requestId);
}
