import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import type { EventView } from "#contract/events.ts";
import type { Received, Receiver } from "./receiver.ts";
import type { TestService } from "./service.ts";

type Json = Record<string, unknown>;
export const subscriptionsPath = "/api/v1/subscriptions";

/** A delivery as its log shows it. */
export type Delivered = {
  id: string;
  event_id: string;
  status: string;
  error: string | null;
  attempts_made: number;
  attempts: { status_code: number | null; error: string | null }[];
  next_attempt_at: string | null;
  updated_at: string;
};

/** Ways to have events of a service under test sent to `/events` of a receiver. */
export function subscriber(service: TestService, receiver: Receiver) {
  const path = subscriptionsPath;
  const change = (id: string, json: Json, headers: Record<string, string> = { "if-match": "*" }) =>
    service.call("PUT", `${path}/${id}`, { json, headers });
  const events = (): Received[] => receiver.received.filter((each) => each.path === "/events");
  return {
    url: `${receiver.url}/events`,
    subscribe: (json: Json, headers = {}) => service.call("POST", path, { json, headers }),
    change,
    get: async (id: string) => (await service.call("GET", `${path}/${id}`)).body,
    /** Subscribes to what comes, and waits until every process knows. */
    listen: async (more: Json = {}): Promise<{ id: string; secret: string }> => {
      const { status, body } = await service.call("POST", path, { json: { url: `${receiver.url}/events`, ...more } });
      expect(status, JSON.stringify(body)).toBe(201);
      await service.clock.advance(31_000);
      return body;
    },
    /** Deletes every subscription, and waits as long as a process may go by what it read. */
    leave: async (): Promise<void> => {
      for (const { id } of (await service.call("GET", `${path}?limit=200`)).body.items) {
        await service.call("DELETE", `${path}/${id}`);
      }
      await service.clock.advance(31_000);
    },
    events,
    bodies: (): EventView[] => events().map(({ body }) => JSON.parse(body)),
    verify: (secret: string, { body, headers }: Received): EventView =>
      new Webhook(secret).verify(body, headers as Record<string, string>) as EventView,
    deliveries: async (id: string, query = ""): Promise<Delivered[]> =>
      (await service.call("GET", `${path}/${id}/deliveries?${query}`)).body.items,
    redeliver: (id: string, deliveryId: string, headers = {}) =>
      service.call("POST", `${path}/${id}/deliveries/${deliveryId}/redeliver`, { headers }),
    /** Lets minutes pass as they do: what is due in between is done when it is. */
    minutes: (count: number) => service.clock.advance(count * 60_000, { tickEveryMs: 15_000 }),
  };
}
