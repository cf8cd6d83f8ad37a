import * as z from "zod";
import { dayParam, timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";

const count = z.int();
const byStatus = z.object({ active: count, finished: count.meta({ description: "In a final state." }) });

const instanceReportSchema = z
  .object({
    total_instances: count,
    by_status: byStatus,
    by_definition: z
      .record(
        z.string(),
        z.object({
          total: count,
          by_status: byStatus,
          by_state: z.record(z.string(), count).meta({
            description: "By the id of the state. The first 1,000 states of all definitions are counted by name.",
          }),
        }),
      )
      .meta({
        description:
          "By the id that was made for the definition; the first 1,000 definitions by name, further ones as `other`.",
      }),
    filters: z.object({
      definition_id: z.string().nullable().meta({ description: "Told as the id that was made for it." }),
      date_from: z.iso.date().nullable(),
      date_to: z.iso.date().nullable(),
    }),
    generated_at: timeField,
    as_of: timeField
      .nullable()
      .meta({ description: "When the newest change counted here was made; null before the first." }),
  })
  .meta({ id: "InstanceReport" });

export type InstanceReport = z.input<typeof instanceReportSchema>;

export const getInstanceReport = defineRoute({
  id: "reports.instances",
  method: "GET",
  path: "/reports/instances",
  summary: "Count instances by definition and state",
  description:
    "Exact, seconds behind (`as_of`), and read in constant time at any volume. Days are UTC, both ends included; an instance belongs to the day of its start.",
  scope: "read",
  query: z.object({
    definition_id: z
      .string()
      .min(1, "must not be blank")
      .max(128)
      .optional()
      .meta({ description: "Count only this definition: its own id, or the one that was made for it." }),
    date_from: dayParam("The first day of creation to count.").optional(),
    date_to: dayParam("The last day of creation to count.").optional(),
  }),
  answers: { 200: { description: "The counts.", schema: instanceReportSchema } },
  errors: [],
  grants: { table: ["GetItem"], counters: ["Query"] },
});

export const instanceReportRoutes = [getInstanceReport] as const;
