import * as z from "zod";
import { type FamilyName, familyNames } from "#domain/counted-family.ts";
import { bucketMs } from "#domain/duration-sketch.ts";
import type { Job } from "#domain/job.ts";
import type { Difference } from "#domain/recount.ts";
import { durationDimension, parseCounterName, parseDurationValue } from "#domain/tally.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { currentVerify, verdictOf } from "#domain/verify-job.ts";
import { dayParam, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";

const count = z.int().min(0);

type FamilyWord = `${FamilyName}s`;

/** The families that can be recounted, by what they are called in requests and answers. */
export const verifiedFamilies = Object.fromEntries(familyNames.map((name) => [`${name}s`, name])) as Record<
  FamilyWord,
  FamilyName
>;
const familyField = z.enum(Object.keys(verifiedFamilies) as [FamilyWord, ...FamilyWord[]]);

/** The progress of a verification in answers. */
const verifyJobSchema = z
  .object({
    id: z.uuid(),
    family: familyField,
    status: z.enum(["running", "completed"]),
    result: z.enum(["agree", "differ", "moving"]).nullable().meta({
      description: "`moving`: something changed while it was recounted, or just before. Null while it runs.",
    }),
    date_from: z.iso.date(),
    date_to: z.iso.date(),
    repair: z.boolean(),
    days: z.object({ agree: count, differ: count, moving: count, repaired: count }),
    differences: z
      .array(
        z.object({
          day: z.iso.date(),
          dimension: z.string(),
          status: z.string(),
          value: z.string().meta({ description: "Of durations: how long, and of which workflow if of one alone." }),
          counted: z.int(),
          recounted: z.int(),
        }),
      )
      .meta({ description: "The first hundred counters that differed." }),
    created_at: timeField,
    updated_at: timeField,
    completed_at: timeField.nullable(),
    version: z.int().min(1),
  })
  .meta({ id: "VerifyJob" });

/** A verification as answers show it. */
export function verifyJobView(job: Job<"verify">): z.input<typeof verifyJobSchema> {
  const { status } = job;
  const state = currentVerify(job.state);
  return {
    id: job.id,
    family: `${state.family}s`,
    status,
    result: status === "completed" ? verdictOf(state) : null,
    date_from: state.firstDay,
    date_to: state.lastDay,
    repair: state.repair,
    days: state.results,
    differences: state.differences.map(differenceView),
    created_at: timeText(uuid7TimeMs(job.id)),
    updated_at: timeText(job.updatedAtMs),
    completed_at: status === "completed" ? timeText(job.updatedAtMs) : null,
    version: job.version,
  };
}

function differenceView({ day, counter, counted, recounted }: Difference) {
  const { dimension = "", status = "", value = "" } = parseCounterName(counter) ?? {};
  const shown = dimension === durationDimension ? durationText(value) : value;
  return { day, dimension, status, value: shown, counted, recounted };
}

function durationText(value: string): string {
  const { name, bucket } = parseDurationValue(value);
  return `${bucketMs(bucket)} ms${name === null ? "" : ` of ${name}`}`;
}

export const verifyReports = defineRoute({
  id: "reports.verify",
  method: "POST",
  path: "/reports/verify",
  summary: "Recount a family and compare",
  description:
    "Queues a recount of whole days of creation against the counters of a family, from its oldest member to today unless said otherwise. With `repair` the counters of days that differ are mended where nothing changed for 25 hours: the stream can bring no more of those.",
  scope: "write",
  body: z
    .object({
      family: familyField.default("records").meta({ description: "What to recount." }),
      date_from: dayParam("The first day to recount.").optional(),
      date_to: dayParam("The last day to recount.").optional(),
      repair: z.boolean().optional(),
    })
    .meta({ id: "VerifyInput", examples: [{ family: "records", repair: false }] }),
  answers: {
    202: { description: "Queued.", schema: verifyJobSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "Query", "PutItem"], queue: ["SendMessage"] },
});

export const getVerifyJob = defineRoute({
  id: "reports.get_verify",
  method: "GET",
  path: "/reports/verify/{id}",
  summary: "Get the progress of a recount",
  scope: "read",
  params: z.object({ id: z.string().meta({ description: "The job's id.", override: { format: "uuid" } }) }),
  answers: { 200: { description: "The progress.", schema: verifyJobSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const verifyJobRoutes = [verifyReports, getVerifyJob] as const;
