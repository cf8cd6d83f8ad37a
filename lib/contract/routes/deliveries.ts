import * as z from "zod";
import { type Delivery, deliveryStatuses, eventAtMs } from "#domain/delivery.ts";
import { eventTypes } from "#domain/event.ts";
import { pageOf, pageParams, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { subscriptionIdParam } from "./subscriptions.ts";

const status = z.enum(deliveryStatuses);

const deliverySchema = z
  .object({
    id: z.uuid(),
    event_id: z.string().meta({ description: "The event's `id`, which is the `webhook-id` of every attempt." }),
    event_type: z.enum(eventTypes),
    event_time: timeField,
    status,
    attempts_made: z.int().min(0),
    attempts: z
      .array(
        z.object({
          time: timeField,
          duration_ms: z.int().min(0),
          status_code: z.int().nullable().meta({ description: "Null: there was no answer." }),
          error: z.string().nullable(),
        }),
      )
      .meta({ description: "The newest twenty, oldest first." }),
    next_attempt_at: timeField.nullable(),
    error: z.string().nullable().meta({ description: "Why it failed for good." }),
    updated_at: timeField,
    version: z.int().min(1),
  })
  .meta({ id: "Delivery", description: "The delivery of an event to a subscription, kept for 7 days." });

/** A delivery as answers show it. */
export function deliveryView(delivery: Delivery): z.input<typeof deliverySchema> {
  const { nextAttemptAtMs } = delivery;
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_time: timeText(eventAtMs(delivery)),
    status: delivery.status,
    attempts_made: delivery.attempts,
    attempts: delivery.log.map(({ atMs, durationMs, status: answered, error }) => {
      return { time: timeText(atMs), duration_ms: Math.max(0, durationMs), status_code: answered, error };
    }),
    next_attempt_at: nextAttemptAtMs === null ? null : timeText(nextAttemptAtMs),
    error: delivery.error,
    updated_at: timeText(delivery.updatedAtMs),
    version: delivery.version,
  };
}

export const listDeliveries = defineRoute({
  id: "subscriptions.list_deliveries",
  method: "GET",
  path: "/api/v1/subscriptions/{id}/deliveries",
  summary: "List what was delivered to a subscription",
  description:
    "The newest event first. `failed` ones are indexed; other statuses filter within a bound of 4 x limit entries read. `total` is null.",
  scope: "admin",
  params: z.object({ id: subscriptionIdParam }),
  query: z.object({ status: status.optional().meta({ description: "Only this status." }), ...pageParams }),
  answers: { 200: { description: "A page.", schema: pageOf(deliverySchema, "DeliveryPage"), headers: ["Link"] } },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"] },
});

export const redeliver = defineRoute({
  id: "subscriptions.redeliver",
  method: "POST",
  path: "/api/v1/subscriptions/{id}/deliveries/{delivery_id}/redeliver",
  summary: "Deliver an event again",
  description:
    "Whatever became of it before: it is sent to the subscription's URL of now, under the same `webhook-id`, with the whole schedule of attempts before it.",
  scope: "admin",
  params: z.object({
    id: subscriptionIdParam,
    delivery_id: z.string().meta({ description: "The delivery's id.", override: { format: "uuid" } }),
  }),
  answers: {
    202: {
      description: "The delivery as it is now.",
      schema: deliverySchema,
      headers: ["ETag", "Idempotency-Replayed"],
    },
  },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"], queue: ["SendMessage"] },
});

export const deliveryRoutes = [listDeliveries, redeliver] as const;
