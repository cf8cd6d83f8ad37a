import { DomainError } from "#domain/domain-error.ts";
import { noteFailure } from "#runtime/note-failure.ts";
import type { TimeBudget } from "#runtime/queue.ts";
import { hasEventBus, putEvents } from "#store/event-bus.ts";
import { makeDeliveries } from "./make-deliveries.ts";
import type { Failures, RunChange, WhyNot } from "./run-change.ts";
import { type ToldEvent, toldEvents } from "./told-events.ts";

/**
 * When to begin nothing more, by what is left of the invocation (a minute): so much is kept for sending what was read, and
 * for the calls under way. A batch that takes longer than an invocation would never be told of.
 */
const sendingMs = 35_000;
const endingMs = 15_000;

/**
 * Tells of changes of runs: their events go to the bus, if there is one, and a delivery is made for each subscription that
 * wants them. All of it may be done again: events have ids of their own, and a delivery is made once.
 *
 * @returns the changes that were not told in full, each with why
 */
export async function publishChanges(changes: readonly RunChange[], budget: TimeBudget): Promise<Failures> {
  const failures: Failures = new Map();
  const standing = changes.filter(({ loaded }) => loaded !== null);
  const told = await toldEvents(standing, failures, () => lackOfTime(budget, sendingMs));
  const whyNot = () => lackOfTime(budget, endingMs);
  await Promise.all([putOnBus(told, failures, whyNot), makeDeliveries(told, failures, whyNot)]);
  return failures;
}

function lackOfTime({ remainingMs }: TimeBudget, keptMs: number): Error | null {
  if (remainingMs() > keptMs) return null;
  return new DomainError("service_unavailable", "There was no time left to tell of it.");
}

async function putOnBus(told: readonly ToldEvent[], failures: Failures, whyNot: WhyNot): Promise<void> {
  if (told.length === 0 || !hasEventBus()) return;
  const entries = told.map(({ event: { type, atMs }, text }) => ({ type, atMs, detail: text }));
  for (const [at, error] of (await putEvents(entries, whyNot)).entries()) {
    const change = told[at]?.change;
    if (error !== null && change !== undefined) noteFailure(failures, change, error);
  }
}
