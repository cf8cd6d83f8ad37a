import * as z from "zod";
import { type ItemStatus, itemStatuses } from "#domain/work-item.ts";
import { dayParam, timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";

const count = z.int();
const byStatus = z.object(
  Object.fromEntries(itemStatuses.map((status) => [status, count])) as Record<ItemStatus, typeof count>,
);

const itemReportSchema = z
  .object({
    total_items: count,
    by_status: byStatus,
    totals: byStatus.extend({ all: count }),
    filters: z.object({ date_from: z.iso.date().nullable(), date_to: z.iso.date().nullable() }),
    generated_at: timeField,
    as_of: timeField
      .nullable()
      .meta({ description: "When the newest change counted here was made; null before the first." }),
  })
  .meta({ id: "ItemReport" });

export type ItemReport = z.input<typeof itemReportSchema>;

export const getItemReport = defineRoute({
  id: "reports.items",
  method: "GET",
  path: "/reports/items",
  summary: "Count work items by status",
  description:
    "Exact, seconds behind (`as_of`), and read in constant time at any volume. Days are UTC, both ends included; an item belongs to the day of its creation.",
  scope: "read",
  query: z.object({
    date_from: dayParam("The first day of creation to count.").optional(),
    date_to: dayParam("The last day of creation to count.").optional(),
  }),
  answers: { 200: { description: "The counts.", schema: itemReportSchema } },
  errors: [],
  grants: { counters: ["Query"] },
});

export const itemReportRoutes = [getItemReport] as const;
