import * as z from "zod";
import { createdAtMs, type IngestedRecord, recordStatuses } from "#domain/record.ts";
import { expiryField, nameField, pageOf, pageParams, timeBound, timeField, timeText } from "../fields.ts";
import { defineRoute } from "../route.ts";

const source = nameField("Where the record comes from.", "api");
const category = nameField("What kind of record it is. Rules and reports go by it.", "order");

/** The body of a record in answers. */
export const recordSchema = z
  .object({
    id: z.uuid(),
    created_at: timeField,
    updated_at: timeField,
    status: z.enum(recordStatuses),
    source: z.string(),
    category: z.string(),
    payload: z.record(z.string(), z.unknown()),
    classification: z
      .string()
      .nullable()
      .meta({ examples: ["high_value"] }),
    score: z
      .string()
      .nullable()
      .meta({ description: "A decimal from 0 to 1, as text.", examples: ["0.95"] }),
    result: z.object({ rule: z.string() }).nullable().meta({ description: "The rule that decided." }),
    error: z.string().nullable().meta({ description: "Why processing failed." }),
    expires_at: timeField.nullable().meta({ description: "When the record is forgotten; null: never." }),
    version: z.int().min(1),
  })
  .meta({ id: "Record" });

/** A record as answers show it. */
export function recordView(record: IngestedRecord): z.input<typeof recordSchema> {
  const processed = record.status === "processed" ? record : null;
  return {
    id: record.id,
    created_at: timeText(createdAtMs(record)),
    updated_at: timeText(record.updatedAtMs),
    status: record.status,
    source: record.source,
    category: record.category,
    payload: record.payload,
    classification: processed?.classification ?? null,
    score: processed?.score ?? null,
    result: processed?.result ?? null,
    error: record.status === "failed" ? record.error : null,
    expires_at: record.expiresAtMs === null ? null : timeText(record.expiresAtMs),
    version: record.version,
  };
}

/** What a client says of a record. */
export const recordInput = z
  .object({
    source,
    category,
    payload: z.record(z.string(), z.unknown()).meta({ description: "Any JSON object." }),
    expires_at: expiryField().nullish(),
  })
  .transform(({ expires_at, ...input }) => ({ ...input, expiresAtMs: expires_at ?? null }))
  .meta({
    id: "RecordInput",
    examples: [{ source: "api", category: "order", payload: { order_id: "12345", amount: 99.99 } }],
  });

const recordId = z.object({ id: z.string().meta({ description: "The record's id.", override: { format: "uuid" } }) });

export const createRecord = defineRoute({
  id: "records.create",
  method: "POST",
  path: "/records",
  summary: "Create a record",
  description: "Stores a record as `pending`. With an `Idempotency-Key` a repeat answers what the first answered.",
  scope: "write",
  body: recordInput,
  answers: {
    201: { description: "Created.", schema: recordSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: [],
  grants: { table: ["GetItem", "PutItem"] },
});

export const processRecord = defineRoute({
  id: "records.process",
  method: "POST",
  path: "/records/{id}/process",
  summary: "Process a record once",
  description:
    "Classifies a pending record by the rule set. A payload that a rule cannot read makes it `failed`, which is a 200 too, with `error`.",
  scope: "write",
  params: recordId,
  answers: {
    200: { description: "Processed or failed.", schema: recordSchema, headers: ["ETag", "Idempotency-Replayed"] },
  },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const getRecord = defineRoute({
  id: "records.get",
  method: "GET",
  path: "/records/{id}",
  summary: "Get a record",
  scope: "read",
  params: recordId,
  answers: { 200: { description: "The record.", schema: recordSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const eraseRecord = defineRoute({
  id: "records.erase",
  method: "DELETE",
  path: "/records/{id}",
  summary: "Erase a record",
  description: "Takes the record and its payload out of the table, and off the reports.",
  scope: "write",
  params: recordId,
  answers: { 204: { description: "Erased.", schema: null } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem", "DeleteItem"] },
});

export const recordSorts = ["created_at", "status", "category", "source"] as const;

export const listRecords = defineRoute({
  id: "records.list",
  method: "GET",
  path: "/records",
  summary: "List records",
  description:
    "One filter or sort is indexed; further ones filter within a bound of 4 x limit entries read, so a page may be short while `next_cursor` is set.",
  scope: "read",
  query: z.object({
    status: z.enum(recordStatuses).optional().meta({ description: "Only this status." }),
    category: category.optional(),
    source: source.optional(),
    created_after: timeBound("after").optional(),
    created_before: timeBound("before").optional(),
    ...pageParams,
    sort_by: z.enum(recordSorts).default("created_at").meta({ description: "What to sort by; equal ones go by time." }),
    sort_order: z.enum(["asc", "desc"]).default("desc"),
  }),
  answers: { 200: { description: "A page.", schema: pageOf(recordSchema, "RecordPage"), headers: ["Link"] } },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem"], counters: ["Query"] },
});

export const recordRoutes = [createRecord, processRecord, getRecord, listRecords, eraseRecord] as const;
