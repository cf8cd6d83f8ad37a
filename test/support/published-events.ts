import { expect } from "vitest";
import { type EventView, eventSchema } from "#contract/events.ts";
import type { TestService } from "./service.ts";

/** Ways to see the events of runs that a service under test has put on the bus. */
export function publishedEvents(service: TestService) {
  return {
    /** The events of a run on the bus, in the order they came, each checked against its documented shape. */
    published: async (runId: string): Promise<EventView[]> => {
      await service.settle();
      return service.events
        .map(({ detail }) => detail as EventView)
        .filter((event) => event.run_id === runId)
        .map((event) => {
          expect(eventSchema.parse(event)).toEqual(event);
          return event;
        });
    },
    /**
     * Has the publisher wait at its next event, which `occasion` is to bring, and lets it go on once what `meanwhile` did has
     * come to it: all of that is one batch.
     */
    inOneBatch: async (occasion: () => Promise<unknown>, meanwhile: () => Promise<void>): Promise<() => void> => {
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const before = async ({ action }: { action: string }) => {
        if (action !== "PutEvents") return;
        reached.resolve();
        await released.promise;
      };
      service.faults.set({ calls: { before } });
      await occasion();
      await reached.promise;
      await meanwhile();
      // What reports count has been in the stream for as long as a batch is gathered.
      const atMs = service.clock.now();
      await occasion();
      const countedTo = async () => Date.parse((await service.call("GET", "/reports/runs")).body.as_of);
      await expect.poll(countedTo, { timeout: 20_000, interval: 50 }).toBeGreaterThanOrEqual(atMs);
      return released.resolve;
    },
  };
}

/** The types of events, in their order. */
export const typesOf = (events: readonly EventView[]) => events.map(({ type }) => type);

/** Each event once, by its id; that a repeat says the same is checked. */
export function once(events: readonly EventView[]): EventView[] {
  const byId = new Map<string, EventView>();
  for (const event of events) {
    if (byId.has(event.id)) expect(byId.get(event.id)).toEqual(event);
    byId.set(event.id, event);
  }
  return [...byId.values()].sort((a, b) => a.sequence - b.sequence);
}
