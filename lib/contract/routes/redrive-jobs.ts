import * as z from "zod";
import type { Job } from "#domain/job.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { nameField, timeBound, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { workflowRef } from "./runs.ts";

const count = z.int().min(0);

/** The progress of a job in answers. */
const redriveJobSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(["running", "completed"]),
    filters: z.object({
      workflow_id: z.string().nullable(),
      tag: z.string().nullable(),
      started_after: timeField.nullable(),
      started_before: timeField,
    }),
    counts: z.object({ retried: count, skipped: count }).meta({
      description:
        "What became of the runs: `skipped` ones were retried by somebody else meanwhile, are gone, cannot go on from there, or are of a workflow that is disabled or archived.",
    }),
    created_at: timeField,
    updated_at: timeField,
    completed_at: timeField.nullable(),
    version: z.int().min(1),
  })
  .meta({ id: "RedriveJob" });

/** A job as answers show it. */
export function redriveJobView(job: Job<"redrive">): z.input<typeof redriveJobSchema> {
  const { workflowId, tag, createdAfterMs, createdBeforeMs } = job.state.filters;
  return {
    id: job.id,
    status: job.status,
    filters: {
      workflow_id: workflowId,
      tag,
      started_after: createdAfterMs === null ? null : timeText(createdAfterMs),
      started_before: timeText(createdBeforeMs),
    },
    counts: job.state.counts,
    created_at: timeText(uuid7TimeMs(job.id)),
    updated_at: timeText(job.updatedAtMs),
    completed_at: job.status === "completed" ? timeText(job.updatedAtMs) : null,
    version: job.version,
  };
}

export const redriveRuns = defineRoute({
  id: "runs.redrive",
  method: "POST",
  path: "/api/v1/runs/redrive",
  summary: "Retry all failed runs that match",
  description: "Queues a job that retries them from the step that failed, and answers with its progress resource.",
  scope: "trigger",
  body: z
    .strictObject({
      workflow_id: workflowRef.nullish(),
      tag: nameField("Only runs with this tag.", "order-12345").nullish(),
      started_after: timeBound("after").optional(),
      started_before: timeBound("before").optional(),
    })
    .meta({ id: "RedriveInput", examples: [{ workflow_id: "my-workflow" }] }),
  answers: {
    202: { description: "Queued.", schema: redriveJobSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"], queue: ["SendMessage"] },
});

export const getRedriveJob = defineRoute({
  id: "runs.get_redrive",
  method: "GET",
  path: "/api/v1/runs/redrive/{id}",
  summary: "Get the progress of a redrive",
  scope: "read",
  params: z.object({ id: z.string().meta({ description: "The job's id.", override: { format: "uuid" } }) }),
  answers: { 200: { description: "The progress.", schema: redriveJobSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const redriveJobRoutes = [redriveRuns, getRedriveJob] as const;
