import * as z from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { runStatuses } from "#domain/run.ts";
import { timeField } from "./fields.ts";
import { stepOutput } from "./step-output-field.ts";

const omitted = z
  .literal(true)
  .optional()
  .meta({ description: "Set where it would make the event too long, or was erased before the event was told." });

const ofStep = { step_name: z.string(), attempt: z.int().min(1), started_at: timeField, duration_ms: z.int().min(0) };
const byWhom = z.object({ by: z.string() });

/** What is told of each type of event. */
const dataByType = {
  "workflow.trigger": z.object({ payload: z.record(z.string(), z.unknown()).optional(), payload_omitted: omitted }),
  "workflow.completed": z.object({
    status: z.enum(["SUCCESS", "FAILED"]),
    error: z.string().nullable(),
    results: z.record(z.string(), stepOutput).optional().meta({ description: "The outputs, by step." }),
    results_omitted: omitted,
  }),
  "workflow.paused": byWhom,
  "workflow.resumed": byWhom,
  "workflow.cancelled": byWhom,
  "workflow.retried": z.object({
    by: z.string(),
    from_step: z.string(),
    workflow_version: z.int().min(1),
    payload_edited: z.boolean(),
  }),
  "step.completed": z.object({ ...ofStep, output: stepOutput.optional(), output_omitted: omitted }),
  "step.failed": z.object({
    ...ofStep,
    error: z.string(),
    continued: z.boolean().meta({ description: "Whether the run goes on without the step." }),
  }),
  "step.attempt_failed": z.object({ ...ofStep, error: z.string(), next_attempt_at: timeField }),
} as const;

const common = {
  id: z.string().meta({
    description: "The same whenever the event is sent again: know a repeat by it.",
    examples: ["019a8c5e-7d00-7000-8000-000000000001_3"],
  }),
  time: timeField,
  sequence: z.int().min(1).meta({ description: "Counts the events of the run from 1, without a gap." }),
  run_id: z.uuid(),
  workflow_id: z.uuid(),
  workflow_version: z.int().min(1),
  tag: z.string().nullable(),
  status: z.enum(runStatuses).meta({ description: "What the run was once this event was saved." }),
};

function ofType<const Type extends keyof typeof dataByType>(type: Type) {
  const members = { type: z.literal(type), ...common, data: dataByType[type] };
  return z.object(members);
}

/** The body of an event, as buses and webhooks carry it. */
export const eventSchema = z
  .discriminatedUnion("type", [
    ofType("workflow.trigger"),
    ofType("workflow.completed"),
    ofType("workflow.paused"),
    ofType("workflow.resumed"),
    ofType("workflow.cancelled"),
    ofType("workflow.retried"),
    ofType("step.completed"),
    ofType("step.failed"),
    ofType("step.attempt_failed"),
  ])
  .meta({ id: "Event", description: "Something that happened to a run." });

export type EventView = z.input<typeof eventSchema>;

/** The webhook that subscriptions get, for the OpenAPI document. */
export const eventWebhooks: ZodOpenApiPathsObject = {
  event: {
    post: {
      summary: "An event, sent to a subscription",
      description:
        "Signed by Standard Webhooks 1.0 with the subscription's secret: verify it. Any 2xx within 10 seconds takes it, 410 disables the subscription, anything else is tried again for over three days. An event may come more than once and in any order.",
      tags: ["subscriptions"],
      security: [],
      requestParams: {
        header: z.object({
          "webhook-id": z.string().meta({ description: "The event's `id`." }),
          "webhook-timestamp": z.string().meta({ description: "When this attempt was made, in seconds since 1970." }),
          "webhook-signature": z.string().meta({ description: "`v1,` and the signature; two while secrets change." }),
        }),
      },
      requestBody: { required: true, content: { "application/json": { schema: eventSchema } } },
      responses: {
        204: { description: "Taken." },
        410: { description: "Send no more: the subscription is disabled." },
      },
    },
  },
};
