import { eventText, eventView } from "#contract/event-view.ts";
import type { EventView } from "#contract/events.ts";
import type { RunEvent } from "#domain/event.ts";
import { inParallel } from "#domain/in-parallel.ts";
import { type Subscription, wants, wantsOf } from "#domain/subscription.ts";
import { logger } from "#runtime/logger.ts";
import { noteFailure } from "#runtime/note-failure.ts";
import { hasEventBus } from "#store/event-bus.ts";
import { findRun } from "#store/runs.ts";
import { knownSubscriptions } from "#store/subscriptions.ts";
import { contentOf, eventBytesMax } from "./event-content.ts";
import { broughtBy, type Failures, type RunChange, type WhyNot } from "./run-change.ts";

const atOnceMax = 10;

/** An event, told in full, with its text for the bus, and the subscriptions that get it. */
export type ToldEvent = {
  change: RunChange;
  event: RunEvent;
  view: EventView;
  text: string;
  receivers: readonly Subscription[];
};

/**
 * The events of some changes that somebody wants, in their order, with what is long of them read. Where nobody listens
 * nothing is read.
 */
export async function toldEvents(
  changes: readonly RunChange[],
  failures: Failures,
  whyNot: WhyNot,
): Promise<ToldEvent[]> {
  if (changes.length === 0) return [];
  const { all, unreadable } = await knownSubscriptions(Date.now());
  for (const [subscription_id, error] of unreadable)
    logger.error("nothing is delivered: the subscription cannot be read", { subscription_id, error: error as Error });
  const subscriptions = all.filter(({ enabled }) => enabled);
  const told = await inParallel(changes, atOnceMax, async (change) => {
    try {
      const late = whyNot();
      if (late !== null) throw late;
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
