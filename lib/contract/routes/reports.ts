import * as z from "zod";
import { recordStatuses } from "#domain/record.ts";
import { seriesDimensions } from "#domain/summary.ts";
import { dayParam, nameField, timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";

const count = z.int();

/** The body of the summary. */
const summarySchema = z
  .object({
    total_records: count,
    by_status: z.object({ pending: count, processed: count, failed: count }),
    by_category: z.record(z.string(), count),
    totals: z.object({ all: count, pending: count, processed: count, failed: count }),
    filters: z.object({
      status: z.enum(recordStatuses).nullable(),
      category: z.string().nullable(),
      date_from: z.iso.date().nullable(),
      date_to: z.iso.date().nullable(),
    }),
    generated_at: timeField,
    as_of: timeField
      .nullable()
      .meta({ description: "When the newest change counted here was made; null before the first." }),
  })
  .meta({ id: "Summary" });

export type Summary = z.input<typeof summarySchema>;

export const getSummary = defineRoute({
  id: "reports.summary",
  method: "GET",
  path: "/reports/summary",
  summary: "Count records by status and category",
  description:
    "Exact, seconds behind (`as_of`), and read in constant time at any volume. Days are UTC, both ends included.",
  scope: "read",
  query: z.object({
    status: z.enum(recordStatuses).optional().meta({ description: "Count only this status." }),
    category: nameField("Count only this category.", "order").optional(),
    date_from: dayParam("The first day of creation to count.").optional(),
    date_to: dayParam("The last day of creation to count.").optional(),
  }),
  answers: { 200: { description: "The counts.", schema: summarySchema } },
  errors: [],
  grants: { counters: ["Query"] },
});

const timeseriesSchema = z
  .object({
    dimension: z.enum(seriesDimensions),
    items: z.array(
      z.object({
        day: z.iso.date(),
        total: count,
        counts: z
          .record(z.string(), count)
          .meta({ description: "By the values of the dimension; zeros are left out." }),
      }),
    ),
    filters: z.object({ status: z.enum(recordStatuses).nullable(), date_from: z.iso.date(), date_to: z.iso.date() }),
    generated_at: timeField,
    as_of: timeField.nullable(),
  })
  .meta({ id: "Timeseries" });

export type Timeseries = z.input<typeof timeseriesSchema>;

export const getTimeseries = defineRoute({
  id: "reports.timeseries",
  method: "GET",
  path: "/reports/timeseries",
  summary: "Count records by day of creation",
  description:
    "One item per UTC day, days without records included: the last 30 days unless said otherwise, at most 366.",
  scope: "read",
  query: z.object({
    dimension: z.enum(seriesDimensions).default("status").meta({ description: "What to split each day by." }),
    status: z.enum(recordStatuses).optional().meta({ description: "Count only this status." }),
    date_from: dayParam("The first day.").optional(),
    date_to: dayParam("The last day; today when left out.").optional(),
  }),
  answers: { 200: { description: "The days.", schema: timeseriesSchema } },
  errors: [],
  grants: { counters: ["Query"] },
});

export const reportRoutes = [getSummary, getTimeseries] as const;
