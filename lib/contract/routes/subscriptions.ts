import * as z from "zod";
import { eventTypes } from "#domain/event.ts";
import { type Subscription, subscribedAtMs, subscriptionsMax } from "#domain/subscription.ts";
import { pageOf, pageParams, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { workflowRef } from "./runs.ts";

const urlLengthMax = 2_048;
const descriptionLengthMax = 500;

const types = z
  .array(z.enum(eventTypes))
  .min(1, "must name a type at least; leave it out for all")
  .transform((all) => [...new Set(all)]);

const members = {
  url: z
    .string()
    .max(urlLengthMax, `must be at most ${urlLengthMax} characters`)
    .meta({ description: "Where events are sent.", examples: ["https://example.com/hooks/sluice"] }),
  event_types: types.nullish().meta({ description: "Which events; all when not given." }),
  workflow_id: workflowRef.nullish().meta({ description: "Of which workflow; of every one when not given." }),
  description: z
    .string()
    .refine((text) => [...text].length <= descriptionLengthMax, `must be at most ${descriptionLengthMax} characters`)
    .nullish()
    .meta({ override: { type: ["string", "null"], maxLength: descriptionLengthMax } }),
};

const example = { url: "https://example.com/hooks/sluice", event_types: ["workflow.completed" as const] };

const subscriptionSchema = z
  .object({
    id: z.uuid(),
    url: z.string(),
    event_types: z.array(z.enum(eventTypes)).nullable().meta({ description: "Null: all." }),
    workflow_id: z.uuid().nullable().meta({ description: "Null: every workflow." }),
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable().meta({ description: "Why it was disabled, if not by a client." }),
    created_at: timeField,
    updated_at: timeField,
    version: z.int().min(1),
  })
  .meta({ id: "Subscription" });

export type SubscriptionView = z.input<typeof subscriptionSchema>;

const withSecretSchema = subscriptionSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .meta({
        description:
          "What signs its deliveries (Standard Webhooks). Told in this answer alone: null in a repeat of it.",
        examples: ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
      }),
  })
  .meta({ id: "SubscriptionWithSecret" });

/** A subscription as answers show it: without its secrets. */
export function subscriptionView(subscription: Subscription): SubscriptionView {
  const { id, url, eventTypes: wanted, workflowId, description, enabled, disabledReason } = subscription;
  return {
    id,
    url,
    event_types: wanted === null ? null : [...wanted],
    workflow_id: workflowId,
    description,
    enabled,
    disabled_reason: disabledReason,
    created_at: timeText(subscribedAtMs(subscription)),
    updated_at: timeText(subscription.updatedAtMs),
    version: subscription.version,
  };
}

/** A subscription as the answer shows it that gives it a secret; null: as a repeat of that answer does. */
export function withSecretView(subscription: Subscription, secret: string | null): z.input<typeof withSecretSchema> {
  return { ...subscriptionView(subscription), secret };
}

/** The subscription's id in a path. */
export const subscriptionIdParam = z
  .string()
  .meta({ description: "The subscription's id.", override: { format: "uuid" } });
const params = z.object({ id: subscriptionIdParam });
const changed = {
  description: "The subscription as it is now.",
  schema: subscriptionSchema,
  headers: ["ETag"],
} as const;

export const createSubscription = defineRoute({
  id: "subscriptions.create",
  method: "POST",
  path: "/api/v1/subscriptions",
  summary: "Subscribe to events",
  description: `Events from now on are sent to the URL, signed with the secret in this answer; it takes up to 30 seconds to begin. There may be ${subscriptionsMax}.`,
  scope: "admin",
  body: z.object(members).meta({ id: "SubscriptionInput", examples: [example] }),
  answers: {
    201: {
      description: "Created.",
      schema: withSecretSchema,
      headers: ["ETag", "Location", "Idempotency-Replayed"],
    },
  },
  errors: ["resource_not_found", "state_conflict"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const listSubscriptions = defineRoute({
  id: "subscriptions.list",
  method: "GET",
  path: "/api/v1/subscriptions",
  summary: "List subscriptions",
  scope: "admin",
  query: z.object(pageParams),
  answers: {
    200: {
      description: "A page, the newest first.",
      schema: pageOf(subscriptionSchema, "SubscriptionPage"),
      headers: ["Link"],
    },
  },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const getSubscription = defineRoute({
  id: "subscriptions.get",
  method: "GET",
  path: "/api/v1/subscriptions/{id}",
  summary: "Get a subscription",
  scope: "admin",
  params,
  answers: { 200: { description: "The subscription.", schema: subscriptionSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const updateSubscription = defineRoute({
  id: "subscriptions.update",
  method: "PUT",
  path: "/api/v1/subscriptions/{id}",
  summary: "Change a subscription",
  description:
    "What the body leaves out is empty from then on, but for `enabled`. Attempts go by it at once, further events after 30 seconds at the latest. Deliveries of a disabled one fail, and can be sent again.",
  scope: "admin",
  params,
  body: z
    .object({ ...members, enabled: z.boolean().nullish().meta({ description: "Whether events are sent." }) })
    .meta({ id: "SubscriptionEdit", examples: [{ ...example, enabled: true }] }),
  answers: { 200: changed },
  errors: ["resource_not_found"],
  ifMatch: "required",
  grants: { table: ["GetItem", "PutItem"] },
});

export const deleteSubscription = defineRoute({
  id: "subscriptions.delete",
  method: "DELETE",
  path: "/api/v1/subscriptions/{id}",
  summary: "Delete a subscription",
  description: "Its secrets are gone, and nothing further is sent.",
  scope: "admin",
  params,
  answers: { 204: { description: "Deleted.", schema: null } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const rotateSecret = defineRoute({
  id: "subscriptions.rotate_secret",
  method: "POST",
  path: "/api/v1/subscriptions/{id}/rotate-secret",
  summary: "Give a subscription another secret",
  description:
    "Deliveries carry a signature with the new secret and one with the secret before it, until the next rotation. Twice makes a secret in the wrong hands worthless.",
  scope: "admin",
  params,
  answers: { 200: { ...changed, schema: withSecretSchema, headers: ["ETag", "Idempotency-Replayed"] } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const subscriptionRoutes = [
  createSubscription,
  listSubscriptions,
  getSubscription,
  updateSubscription,
  deleteSubscription,
  rotateSecret,
] as const;
