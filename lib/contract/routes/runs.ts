import * as z from "zod";
import { runStatuses } from "#domain/run.ts";
import { nameField, pageOf, pageParams, timeBound, timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { runStatusParam } from "../run-fields.ts";
import { stepOutput } from "../step-output-field.ts";

const status = z.enum(runStatuses);
const tag = nameField("A word of your own to find the run by, such as an order's number.", "order-12345");
/** How a request names a workflow. */
export const workflowRef = z
  .string()
  .min(1, "must not be blank")
  .max(128)
  .meta({ description: "A workflow's `workflow_id`, or its own `id`.", examples: ["my-workflow"] });

const stepResult = z
  .object({
    step_name: z.string(),
    status: z.enum(["PENDING", "RUNNING", "WAITING", "SUCCESS", "FAILED", "CANCELLED"]).meta({
      description:
        "`CANCELLED`: it was under way, or about to begin, when the run was cancelled. A retry begins there.",
    }),
    attempt: z.int().min(1).meta({ description: "The attempt that ended it, is under way, or is due." }),
    started_at: timeField.nullable().meta({ description: "Null where the run was cancelled before it began." }),
    completed_at: timeField.nullable(),
    output: stepOutput.meta({ description: "Null until there is one." }),
    output_omitted: z.literal(true).optional().meta({
      description:
        "Set where the outputs of a run would make the answer longer than 6 MB. Those of the first steps are shown as far as there is room.",
    }),
    output_at: z
      .string()
      .optional()
      .meta({
        description: "Where to read an output that is omitted: the path of its entry in the timeline.",
        examples: ["/api/v1/runs/019a8c5e-7d00-7000-8000-000000000001/timeline?offset=2&limit=1"],
      }),
    error: z.string().nullable().meta({
      description:
        "Why it failed; of a step that goes on, why its last attempt did. At most 1,000 characters; the timeline has all of it.",
    }),
  })
  .meta({ id: "StepResult" });

/** A run as lists show it. */
const runSummary = z
  .object({
    run_id: z.uuid(),
    workflow_id: z.uuid(),
    workflow_version: z.int().min(1).meta({ description: "The version of the definition that it runs." }),
    status,
    tag: z.string().nullable(),
    started_at: timeField.meta({ description: "When the trigger was accepted." }),
    completed_at: timeField.nullable(),
    waiting_until: timeField.nullable().meta({ description: "When a wait or the next attempt is due." }),
    error: z.string().nullable().meta({ description: "Why it failed, in at most 1,000 characters." }),
    retries: z.int().min(0).meta({ description: "How often the run was retried." }),
    updated_at: timeField,
    expires_at: timeField.nullable(),
    version: z.int().min(1),
  })
  .meta({ id: "RunSummary" });

/** The body of a run in answers. */
export const runSchema = runSummary
  .extend({
    payload: z.record(z.string(), z.unknown()),
    current_step: z.string().nullable().meta({ description: "The step that is due or under way; null at the end." }),
    results: z.record(z.string(), stepOutput).meta({ description: "The outputs, by step." }),
    step_results: z.record(z.string(), stepResult).meta({ description: "What became of each step so far, by step." }),
  })
  .meta({ id: "Run" });

export type RunView = z.input<typeof runSchema>;
export type RunSummaryView = z.input<typeof runSummary>;
export type StepResultView = z.input<typeof stepResult>;

const timelineEntry = z
  .object({
    sequence: z.int().min(1),
    type: z.string().meta({ examples: ["step.completed"] }),
    time: timeField,
    step_name: z.string().nullable(),
    attempt: z.int().nullable(),
    started_at: timeField.nullable(),
    duration_ms: z.int().min(0).nullable(),
    input: z
      .unknown()
      .meta({ description: "The configuration the step ran with, secrets unreadable; null if unknown." }),
    output: stepOutput,
    error: z.string().nullable(),
    next_attempt_at: timeField.nullable(),
    by: z.string().nullable().meta({
      description:
        "Who triggered, paused, resumed, cancelled or retried it: a key's id, a token's subject after `jwt:`, an id after `instance:` or `job:`, or `anonymous`.",
    }),
    status: status.nullable(),
    from_step: z.string().nullable(),
    workflow_version: z.int().nullable(),
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: "What the run was triggered with; null of all but the trigger." }),
    payload_edited: z.boolean().nullable().meta({ description: "Whether a retry brought another payload." }),
    continued: z.boolean().nullable().meta({ description: "Whether the run goes on without the step that failed." }),
  })
  .meta({
    id: "TimelineEntry",
    description: "An event of the run, with all that events tell and what the step was given. Null: it has none.",
  });

export type TimelineEntryView = z.input<typeof timelineEntry>;

const params = z.object({ id: z.string().meta({ description: "The run's id.", override: { format: "uuid" } }) });
const changed = { description: "The run as it is now.", schema: runSummary, headers: ["ETag"] } as const;
const commandAnswers = { 200: { ...changed, headers: ["ETag", "Idempotency-Replayed"] } } as const;

export const triggerRun = defineRoute({
  id: "runs.trigger",
  method: "POST",
  path: "/api/v1/trigger",
  summary: "Trigger a run of a workflow",
  description:
    "Saves the run and answers; its steps are run in the background. With an `Idempotency-Key` a repeat answers the same run.",
  scope: "trigger",
  body: z
    .object({
      workflow_id: workflowRef,
      payload: z.record(z.string(), z.unknown()).nullish().meta({ description: "Any JSON object." }),
      tag: tag.nullish(),
    })
    .meta({ id: "TriggerInput", examples: [{ workflow_id: "my-workflow", payload: { user: "demo" } }] }),
  answers: {
    202: {
      description: "Accepted.",
      schema: z
        .object({
          run_id: z.uuid(),
          status: z.literal("triggered"),
          message: z.string(),
          workflow_id: z.uuid(),
          workflow_version: z.int(),
        })
        .meta({ id: "Triggered" }),
      headers: ["Location", "Idempotency-Replayed"],
    },
  },
  errors: ["resource_not_found", "state_conflict", "payload_too_large"],
  grants: { table: ["GetItem", "PutItem"], queue: ["SendMessage"] },
});

export const getRun = defineRoute({
  id: "runs.get",
  method: "GET",
  path: "/api/v1/runs/{id}",
  summary: "Get a run",
  scope: "read",
  params,
  answers: { 200: { description: "The run.", schema: runSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem", "BatchGetItem"], outputs: ["GetObject", "ListBucket"] },
});

export const listRuns = defineRoute({
  id: "runs.list",
  method: "GET",
  path: "/api/v1/runs",
  summary: "List runs",
  description: "One filter is indexed, further ones filter within a bound of 4 x limit entries read.",
  scope: "read",
  query: z.object({
    workflow_id: workflowRef.optional(),
    status: runStatusParam,
    tag: tag.optional(),
    started_after: timeBound("after").optional(),
    started_before: timeBound("before").optional(),
    ...pageParams,
    sort_order: z.enum(["asc", "desc"]).default("desc"),
  }),
  answers: { 200: { description: "A page.", schema: pageOf(runSummary, "RunPage"), headers: ["Link"] } },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"], counters: ["Query"] },
});

export const getTimeline = defineRoute({
  id: "runs.timeline",
  method: "GET",
  path: "/api/v1/runs/{id}/timeline",
  summary: "Get what happened to a run",
  description: "Every event of the run in order, with attempts, inputs, outputs and durations.",
  scope: "read",
  params,
  query: z.object(pageParams),
  answers: { 200: { description: "A page.", schema: pageOf(timelineEntry, "TimelinePage"), headers: ["Link"] } },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: ["GetItem", "BatchGetItem", "PutItem"], outputs: ["GetObject", "ListBucket"] },
});

const commandGrants = { table: ["GetItem", "PutItem"] } as const;

export const pauseRun = defineRoute({
  id: "runs.pause",
  method: "POST",
  path: "/api/v1/runs/{id}/pause",
  summary: "Pause a run",
  description: "No further step begins. A request that is under way ends, and its result is kept.",
  scope: "trigger",
  params,
  answers: commandAnswers,
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: commandGrants,
});

export const resumeRun = defineRoute({
  id: "runs.resume",
  method: "POST",
  path: "/api/v1/runs/{id}/resume",
  summary: "Resume a paused run",
  description: "Waits went on while the run was paused: one that is over by now ends at once.",
  scope: "trigger",
  params,
  answers: commandAnswers,
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { ...commandGrants, queue: ["SendMessage"] },
});

export const cancelRun = defineRoute({
  id: "runs.cancel",
  method: "POST",
  path: "/api/v1/runs/{id}/cancel",
  summary: "Cancel a run",
  description: "No further step begins. A request that is under way cannot be called back; its result is kept.",
  scope: "trigger",
  params,
  answers: commandAnswers,
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: commandGrants,
});

export const retryRun = defineRoute({
  id: "runs.retry",
  method: "POST",
  path: "/api/v1/runs/{id}/retry",
  summary: "Retry a finished run",
  description:
    "From the step that failed, from any step, or from the start; of the same version of the workflow or the newest; with the same payload or another. Results of earlier steps are kept, and each of them must have one: a step before that never ran, or failed without `on_error: continue` in the version to run, is a 409 that names it. Requests carry new ids.",
  scope: "trigger",
  params,
  body: z
    .object({
      from: z.enum(["failed", "start"]).optional().meta({
        description:
          "Where to begin: at the first step, or at the one where the run failed or was cancelled, which is the default.",
      }),
      from_step: z.string().min(1).max(64).optional().meta({ description: "Or the step to begin at, by name." }),
      workflow_version: z.enum(["same", "newest"]).default("same"),
      payload: z.record(z.string(), z.unknown()).optional().meta({ description: "In place of the run's payload." }),
    })
    .refine(({ from, from_step }) => from === undefined || from_step === undefined, {
      message: "must not come with from: send one of both",
      path: ["from_step"],
    })
    .prefault({})
    .meta({ id: "RunRetryInput", examples: [{ from: "failed" }] }),
  answers: { 202: { ...changed, headers: ["ETag", "Idempotency-Replayed"] } },
  errors: ["resource_not_found", "state_conflict", "payload_too_large"],
  ifMatch: true,
  grants: { table: ["GetItem", "BatchGetItem", "PutItem"], queue: ["SendMessage"] },
});

export const eraseRun = defineRoute({
  id: "runs.erase",
  method: "DELETE",
  path: "/api/v1/runs/{id}",
  summary: "Erase a finished run",
  description: "Takes it off the reports, and removes all that belongs to it.",
  scope: "write",
  params,
  answers: { 204: { description: "Erased.", schema: null } },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const runRoutes = [
  triggerRun,
  listRuns,
  getRun,
  getTimeline,
  pauseRun,
  resumeRun,
  cancelRun,
  retryRun,
  eraseRun,
] as const;
