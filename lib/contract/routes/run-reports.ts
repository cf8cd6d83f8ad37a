import * as z from "zod";
import type { DurationSummary } from "#domain/duration-summary.ts";
import { type RunStatus, runStatuses } from "#domain/run.ts";
import { durationsByWorkflow } from "#domain/run-summary.ts";
import { dayParam, timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { runStatusParam } from "../run-fields.ts";

const count = z.int();
const byStatus = z.object(
  Object.fromEntries(runStatuses.map((status) => [status, count])) as Record<RunStatus, typeof count>,
);

/** Quantiles of durations in answers. */
const durationsSchema = z
  .object({
    count: count.meta({ description: "Runs that have ended, however they did." }),
    p50_ms: z
      .number()
      .nullable()
      .meta({ description: "Half of them took no longer, within 2 %. Null while none ended." }),
    p95_ms: z.number().nullable().meta({ description: "95 of 100 took no longer, within 2 %." }),
  })
  .meta({ id: "Durations", description: "From the trigger to the end, in milliseconds." });

/** Quantiles as answers show them. */
export function durationsView({ count: ended, p50Ms, p95Ms }: DurationSummary): z.input<typeof durationsSchema> {
  return { count: ended, p50_ms: p50Ms, p95_ms: p95Ms };
}

const workflowParam = z
  .string()
  .min(1, "must not be blank")
  .max(128)
  .optional()
  .meta({ description: "Count only this workflow: its `workflow_id`, or its own `id`." });
const asOf = timeField
  .nullable()
  .meta({ description: "When the newest change counted here was made; null before the first." });

/** What a report was asked to count; a workflow's own `id` is told as its `workflow_id`. */
const common = { status: z.enum(runStatuses).nullable(), workflow_id: z.string().nullable() };

const runSummarySchema = z
  .object({
    total_runs: count,
    by_status: byStatus,
    by_workflow: z
      .record(
        z.string(),
        z.object({
          total: count,
          by_status: byStatus,
          durations: durationsSchema.nullable().meta({
            description: `Null when more than ${durationsByWorkflow.workflowsMax} workflows have runs in the days asked for, or those are more than ${durationsByWorkflow.daysMax}: then ask with \`workflow_id\`.`,
          }),
        }),
      )
      .meta({ description: "By `workflow_id`; the first 1,000 workflows by name, further ones as `other`." }),
    durations: durationsSchema,
    totals: byStatus.extend({ all: count }),
    filters: z.object({ ...common, date_from: z.iso.date().nullable(), date_to: z.iso.date().nullable() }),
    generated_at: timeField,
    as_of: asOf,
  })
  .meta({ id: "RunReport" });

export type RunReport = z.input<typeof runSummarySchema>;

export const getRunReport = defineRoute({
  id: "reports.runs",
  method: "GET",
  path: "/reports/runs",
  summary: "Count runs by status and workflow, and how long they took",
  description:
    "Exact, seconds behind (`as_of`), and read in constant time at any volume. Days are UTC, both ends included; a run belongs to the day of its trigger.",
  scope: "read",
  query: z.object({
    status: runStatusParam,
    workflow_id: workflowParam,
    date_from: dayParam("The first day of creation to count.").optional(),
    date_to: dayParam("The last day of creation to count.").optional(),
  }),
  answers: { 200: { description: "The counts.", schema: runSummarySchema } },
  errors: [],
  grants: { table: ["GetItem"], counters: ["Query"] },
});

const runSeriesSchema = z
  .object({
    items: z.array(
      z.object({
        day: z.iso.date(),
        total: count,
        counts: z.record(z.string(), count).meta({ description: "By status; zeros are left out." }),
        durations: durationsSchema,
      }),
    ),
    filters: z.object({ ...common, date_from: z.iso.date(), date_to: z.iso.date() }),
    generated_at: timeField,
    as_of: asOf,
  })
  .meta({ id: "RunTimeseries" });

export type RunTimeseries = z.input<typeof runSeriesSchema>;

export const getRunTimeseries = defineRoute({
  id: "reports.runs_timeseries",
  method: "GET",
  path: "/reports/runs/timeseries",
  summary: "Count runs by the day of their trigger, and how long they took",
  description: "One item per UTC day, days without runs included: the last 30 days unless said otherwise, at most 366.",
  scope: "read",
  query: z.object({
    status: runStatusParam,
    workflow_id: workflowParam,
    date_from: dayParam("The first day.").optional(),
    date_to: dayParam("The last day; today when left out.").optional(),
  }),
  answers: { 200: { description: "The days.", schema: runSeriesSchema } },
  errors: [],
  grants: { table: ["GetItem"], counters: ["Query"] },
});

export const runReportRoutes = [getRunReport, getRunTimeseries] as const;
