import { eventText, eventView } from "#contract/event-view.ts";
import type { EventView } from "#contract/events.ts";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { newDelivery } from "#domain/delivery.ts";
import type { RunEvent } from "#domain/event.ts";
import { inParallel } from "#domain/in-parallel.ts";
import { type Subscription, wants, wantsOf } from "#domain/subscription.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { noteFailure } from "#runtime/note-failure.ts";
import { createDelivery } from "#store/deliveries.ts";
import { hasEventBus, putEvents } from "#store/event-bus.ts";
import { sendMessages } from "#store/queue.ts";
import { findRun } from "#store/runs.ts";
import { knownSubscriptions } from "#store/subscriptions.ts";
import { deliveryIdOf } from "./delivery-id.ts";
import { contentOf, eventBytesMax } from "./event-content.ts";
import { broughtBy, type RunChange } from "./run-change.ts";

/** The longest body that a webhook carries, in bytes of JSON: it is stored for each delivery. */
const webhookBytesMax = 32 * 1024;
const atOnceMax = 10;

/** An event, told in full, with its text for the bus, and the subscriptions that get it. */
type ToldEvent = {
  change: RunChange;
  event: RunEvent;
  view: EventView;
  text: string;
  receivers: readonly Subscription[];
};

/** What failed, by change. */
type Failures = Map<RunChange, unknown>;

/**
 * Tells of changes of runs: their events go to the bus, if there is one, and a delivery is made for each subscription that
 * wants them. All of it may be done again: events have ids of their own, and a delivery is made once. Where nobody listens
 * nothing is read.
 *
 * @returns the changes that were not told in full, each with why
 */
export async function publishChanges(changes: readonly RunChange[]): Promise<Failures> {
  const failures: Failures = new Map();
  const told = await toldEvents(
    changes.filter(({ loaded }) => loaded !== null),
    failures,
  );
  await Promise.all([putOnBus(told, failures), deliver(told, failures)]);
  return failures;
}

async function toldEvents(changes: readonly RunChange[], failures: Failures): Promise<ToldEvent[]> {
  if (changes.length === 0) return [];
  const subscriptions = (await knownSubscriptions(Date.now())).filter(({ enabled }) => enabled);
  const told = await inParallel(changes, atOnceMax, async (change) => {
    try {
      return await toldOf(change, subscriptions, failures);
    } catch (error) {
      noteFailure(failures, change, error);
      return [];
    }
  });
  return told.flat();
}

/** The events of a change as they are told. One that cannot be is a failure of the change; the others are told all the same. */
async function toldOf(
  change: RunChange,
  subscriptions: readonly Subscription[],
  failures: Failures,
): Promise<ToldEvent[]> {
  const { loaded } = change;
  if (loaded === null) return [];
  const { run } = loaded;
  const listening = subscriptions.filter((each) => wantsOf(each, run.workflowId));
  if (listening.length === 0 && !hasEventBus()) return [];
  const told: ToldEvent[] = [];
  const { events, missing } = await broughtBy(loaded, change.told);
  if (missing.length > 0) await missed(change, missing, failures);
  for (const event of events) {
    const receivers = listening.filter((each) => wants(each, { ...event, workflowId: run.workflowId }));
    if (receivers.length === 0 && !hasEventBus()) continue;
    try {
      const view = eventView(run, event, await contentOf(loaded, event));
      told.push({ change, event, view, text: eventText(view, eventBytesMax), receivers });
    } catch (error) {
      noteFailure(failures, change, error);
    }
  }
  return told;
}

/**
 * Says of events that they cannot be told. Those of a run that is gone were told before it was cleared away, and their change
 * is not set aside: that would keep what was erased. A run that is there has lost a part of its journal.
 */
async function missed(change: RunChange, sequences: readonly number[], failures: Failures): Promise<void> {
  const { runId: run_id } = change;
  if ((await findRun(run_id, Date.now())) === null) {
    logger.warn("events not told again: their run is gone", { run_id, sequences });
    return;
  }
  noteFailure(failures, change, new Error(`Run ${run_id} lacks the entries ${sequences.join(", ")} of its journal.`));
}

async function putOnBus(told: readonly ToldEvent[], failures: Failures): Promise<void> {
  if (told.length === 0 || !hasEventBus()) return;
  const entries = told.map(({ event: { type, atMs }, text }) => ({ type, atMs, detail: text }));
  for (const [at, error] of (await putEvents(entries)).entries()) {
    const change = told[at]?.change;
    if (error !== null && change !== undefined) noteFailure(failures, change, error);
  }
}

/** Makes the deliveries, and sends their messages. Those are hints: where they fail, the sweep sends them. */
async function deliver(told: readonly ToldEvent[], failures: Failures): Promise<void> {
  const wanted = told.flatMap((each) => each.receivers.map((receiver) => ({ ...each, receiver })));
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
