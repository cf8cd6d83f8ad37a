import { eventText } from "#contract/event-view.ts";
import type { EventView } from "#contract/events.ts";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { newDelivery } from "#domain/delivery.ts";
import type { RunEvent } from "#domain/event.ts";
import { inParallel } from "#domain/in-parallel.ts";
import type { Subscription } from "#domain/subscription.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { noteFailure } from "#runtime/note-failure.ts";
import { createDelivery } from "#store/deliveries.ts";
import { sendMessages } from "#store/queue.ts";
import { deliveryIdOf } from "./delivery-id.ts";
import type { Failures, RunChange, WhyNot } from "./run-change.ts";
import type { ToldEvent } from "./told-events.ts";

/** The longest body that a webhook carries, in bytes of JSON: it is stored for each delivery. */
const webhookBytesMax = 32 * 1024;
const atOnceMax = 10;
/** How many deliveries are made before their messages are sent. */
const deliveriesMax = 100;

/** An event and one of those who get it. */
type Wanted = ToldEvent & { receiver: Subscription };

/** Makes the deliveries, in the order of their events, as far as there is time. */
export async function makeDeliveries(told: readonly ToldEvent[], failures: Failures, whyNot: WhyNot): Promise<void> {
  for (const some of wantedOf(told)) {
    const late = whyNot();
    if (late === null) await deliverSome(some, failures);
    else for (const { change } of some) noteFailure(failures, change, late);
  }
}

/** A hundred events may each go to a hundred subscriptions: they are told apart as they are delivered. */
function* wantedOf(told: readonly ToldEvent[]): Generator<Wanted[], undefined> {
  let some: Wanted[] = [];
  for (const each of told) {
    for (const receiver of each.receivers) {
      some.push({ ...each, receiver });
      if (some.length < deliveriesMax) continue;
      yield some;
      some = [];
    }
  }
  if (some.length > 0) yield some;
}

/** Makes deliveries, and sends their messages. Those are hints: where they fail, the sweep sends them. */
async function deliverSome(wanted: readonly Wanted[], failures: Failures): Promise<void> {
  const messages = await inParallel(wanted, atOnceMax, async ({ change, event, view, receiver }) => {
    try {
      return await created(change, event, view, receiver);
    } catch (error) {
      noteFailure(failures, change, error);
      return null;
    }
  });
  await sendMessages(messages.filter((message) => message !== null)).catch((error) =>
    logger.warn("deliveries were not sent; the sweep will send them", error as Error),
  );
}

/** Makes a delivery. Null when it was there before and was attempted: whoever did goes on. */
async function created(
  { runId, requestId }: RunChange,
  event: RunEvent,
  view: EventView,
  { id: subscriptionId }: Subscription,
): Promise<QueueMessage | null> {
  const id = deliveryIdOf(runId, event, subscriptionId);
  const of = { id, subscriptionId, eventId: view.id, eventType: view.type };
  const delivery = newDelivery({ ...of, body: eventText(view, webhookBytesMax) }, Date.now());
  const standing = await createDelivery(delivery, { writeId: newWriteId(), requestId });
  if (standing.status !== "pending" || standing.attempts > 0) return null;
  return { type: "deliver_event", delivery_id: id, request_id: requestId };
}
