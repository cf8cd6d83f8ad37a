import * as z from "zod";
import type { Job } from "#domain/job.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { nameField, timeBound, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";

const count = z.int().min(0);

/** The progress of a job in answers. */
const processJobSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(["running", "completed"]),
    filters: z.object({
      category: z.string().nullable(),
      source: z.string().nullable(),
      created_after: timeField.nullable(),
      created_before: timeField,
    }),
    counts: z.object({ processed: count, failed: count, skipped: count }).meta({
      description: "What became of the records: `skipped` ones were processed by somebody else meanwhile.",
    }),
    created_at: timeField,
    updated_at: timeField,
    completed_at: timeField.nullable(),
    version: z.int().min(1),
  })
  .meta({ id: "ProcessJob" });

/** A job as answers show it. */
export function processJobView(job: Job<"process">): z.input<typeof processJobSchema> {
  const { category, source, createdAfterMs, createdBeforeMs } = job.state.filters;
  return {
    id: job.id,
    status: job.status,
    filters: {
      category,
      source,
      created_after: createdAfterMs === null ? null : timeText(createdAfterMs),
      created_before: timeText(createdBeforeMs),
    },
    counts: job.state.counts,
    created_at: timeText(uuid7TimeMs(job.id)),
    updated_at: timeText(job.updatedAtMs),
    completed_at: job.status === "completed" ? timeText(job.updatedAtMs) : null,
    version: job.version,
  };
}

export const processRecords = defineRoute({
  id: "records.process_many",
  method: "POST",
  path: "/records/process",
  summary: "Process all pending records that match",
  description:
    "Queues a job for the worker and answers with its progress resource. Records created later are not part of it.",
  scope: "write",
  body: z
    .object({
      category: nameField("Only this category.", "order").optional(),
      source: nameField("Only this source.", "api").optional(),
      created_after: timeBound("after").optional(),
      created_before: timeBound("before").optional(),
    })
    .meta({ id: "ProcessJobInput", examples: [{ category: "order" }] }),
  answers: {
    202: { description: "Queued.", schema: processJobSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"], queue: ["SendMessage"] },
});

export const getProcessJob = defineRoute({
  id: "records.get_job",
  method: "GET",
  path: "/records/process/{id}",
  summary: "Get the progress of a job",
  scope: "read",
  params: z.object({ id: z.string().meta({ description: "The job's id.", override: { format: "uuid" } }) }),
  answers: { 200: { description: "The progress.", schema: processJobSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const processJobRoutes = [processRecords, getProcessJob] as const;
