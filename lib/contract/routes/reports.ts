import * as z from "zod";
import { recordStatuses } from "#domain/record.ts";
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
  grants: { counters: ["GetItem", "Query"] },
});

export const reportRoutes = [getSummary] as const;
