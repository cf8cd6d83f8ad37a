import * as z from "zod";
import { parseUuid } from "#domain/uuid7.ts";
import { pageOf, pageParams, timeBound } from "../fields.ts";
import {
  commentField,
  historyEntrySchema,
  instanceActionsSchema,
  instanceSchema,
  instanceSummarySchema,
  migrationSchema,
} from "../instance-fields.ts";
import { ownIdField } from "../own-id-field.ts";
import { defineRoute } from "../route.ts";

/** How a request names a definition. */
const definitionRef = z
  .string()
  .min(1, "must not be blank")
  .max(128)
  .meta({ description: "A definition's own id, or the one that was made for it.", examples: ["simple_approval"] });

const id = z.string().meta({ description: "The instance's `instance_id`, or its own `id`." });
const params = z.object({ id });
const anyData = z.record(z.string(), z.unknown());

/** What an answer with an instance reads: its head, the machine's, the definition, data and older history. */
const reads = ["GetItem", "BatchGetItem", "Query"] as const;

const changedAnswers = {
  200: { description: "The instance as it is now.", schema: instanceSchema, headers: ["ETag", "Idempotency-Replayed"] },
} as const;

export const startInstance = defineRoute({
  id: "instances.start",
  method: "POST",
  path: "/api/instances",
  summary: "Start an instance of a definition",
  description: "It begins in the initial state of the definition's newest version, and keeps that version.",
  scope: "write",
  orScope: "trigger",
  body: z
    .object({
      definition_id: definitionRef,
      id: ownIdField("An id of your own, unique among instances.", "order-12345")
        .refine((text) => parseUuid(text) === null, "must not look like a UUID: instance_id is made for you")
        .nullish(),
      data: anyData.nullish().meta({ description: "Any JSON object, for guards to look at." }),
    })
    .meta({ id: "InstanceInput", examples: [{ definition_id: "simple_approval" }] }),
  answers: {
    201: { description: "Started.", schema: instanceSchema, headers: ["ETag", "Location", "Idempotency-Replayed"] },
  },
  errors: ["resource_not_found", "state_conflict", "payload_too_large", "operation_in_progress"],
  grants: { table: ["GetItem", "PutItem", "DeleteItem"], queue: ["SendMessage"] },
});

export const listInstances = defineRoute({
  id: "instances.list",
  method: "GET",
  path: "/api/instances",
  summary: "List instances",
  description: "Those of a definition are indexed; states filter within a bound of 4 x limit entries read.",
  scope: "read",
  query: z.object({
    definition_id: definitionRef.optional(),
    state: z.string().min(1, "must not be blank").max(128).optional().meta({ description: "Only in this state." }),
    created_after: timeBound("after").optional(),
    created_before: timeBound("before").optional(),
    ...pageParams,
    sort_order: z.enum(["asc", "desc"]).default("desc"),
  }),
  answers: {
    200: { description: "A page.", schema: pageOf(instanceSummarySchema, "InstancePage"), headers: ["Link"] },
  },
  errors: ["invalid_cursor"],
  grants: { table: [...reads, "PutItem"], counters: ["Query"] },
});

export const getInstance = defineRoute({
  id: "instances.get",
  method: "GET",
  path: "/api/instances/{id}",
  summary: "Get an instance",
  scope: "read",
  dependsOnCaller: true,
  params,
  answers: { 200: { description: "The instance.", schema: instanceSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: reads },
});

export const getInstanceActions = defineRoute({
  id: "instances.actions",
  method: "GET",
  path: "/api/instances/{id}/actions",
  summary: "Get what can be done to an instance",
  description:
    "An action whose guard looks at `input` is available as far as everything else allows it: its input is not known yet. Guards share what they may cost: one that does not fit in is `guard_not_met`, and its message says that it was not evaluated. Executing its action evaluates it alone.",
  scope: "read",
  dependsOnCaller: true,
  params,
  answers: { 200: { description: "The actions.", schema: instanceActionsSchema } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const executeAction = defineRoute({
  id: "instances.execute",
  method: "POST",
  path: "/api/instances/{id}/actions/{action_id}",
  summary: "Execute an action on an instance",
  description:
    "Moves it into the action's `to_state`. 409 where the action is disabled, does not lead from its state, or its guard is not met. The run of the action's hook is triggered with it, once.",
  scope: "write",
  orScope: "trigger",
  params: z.object({ id, action_id: z.string().meta({ description: "The action's id." }) }),
  body: z
    .object({
      comment: commentField.nullish(),
      input: z
        .unknown()
        .optional()
        .meta({ description: "What the action's `input_schema` asks for. The history keeps it." }),
      data: anyData.nullish().meta({ description: "Members to set in the instance's data; others stay." }),
    })
    .prefault({})
    .meta({ id: "ExecutionInput", examples: [{ comment: "Looks good." }] }),
  answers: changedAnswers,
  errors: ["resource_not_found", "state_conflict", "forbidden", "payload_too_large"],
  ifMatch: true,
  grants: { table: [...reads, "PutItem", "DeleteItem"], queue: ["SendMessage"] },
});

export const commentInstance = defineRoute({
  id: "instances.comment",
  method: "POST",
  path: "/api/instances/{id}/comments",
  summary: "Comment on an instance",
  description: "An entry of its history, in any state.",
  scope: "write",
  orScope: "trigger",
  params,
  body: z.object({ comment: commentField }).meta({ id: "CommentInput", examples: [{ comment: "Waiting for legal." }] }),
  answers: changedAnswers,
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: [...reads, "PutItem"] },
});

export const getHistory = defineRoute({
  id: "instances.history",
  method: "GET",
  path: "/api/instances/{id}/history",
  summary: "Get what happened to an instance",
  description:
    "The newest first: executed actions, comments, migrations, escalations, and timed actions that were refused.",
  scope: "read",
  params,
  query: z.object(pageParams),
  answers: { 200: { description: "A page.", schema: pageOf(historyEntrySchema, "HistoryPage"), headers: ["Link"] } },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: [...reads, "PutItem"] },
});

export const getInstanceDiagram = defineRoute({
  id: "instances.diagram",
  method: "GET",
  path: "/api/instances/{id}/diagram",
  summary: "Draw an instance's definition, and where it is",
  scope: "read",
  params,
  query: z.object({ format: z.enum(["mermaid", "svg"]).default("mermaid") }),
  answers: {
    200: { description: "The diagram.", schema: null, contentType: ["text/vnd.mermaid", "image/svg+xml"] },
  },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const migrateInstance = defineRoute({
  id: "instances.migrate",
  method: "POST",
  path: "/api/instances/{id}/migrate",
  summary: "Migrate an instance to another version of its definition",
  description:
    "It stays in its state, or comes into the one that `state_map` names for it. With `dry_run` nothing changes, and the answer tells what would.",
  scope: "write",
  params,
  body: z
    .object({
      definition_version: z.int().min(1).optional().meta({ description: "The newest when left out." }),
      state_map: z.record(z.string(), z.string()).default({}).meta({
        description: "Which state of the new version stands for one of the old, where the ids differ.",
      }),
      dry_run: z.boolean().default(false),
    })
    .prefault({})
    .meta({ id: "MigrationInput", examples: [{ definition_version: 2, state_map: { draft: "new" }, dry_run: true }] }),
  answers: {
    200: {
      description: "What was done, or would be.",
      schema: migrationSchema,
      headers: ["ETag", "Idempotency-Replayed"],
    },
  },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: [...reads, "PutItem", "DeleteItem"], queue: ["SendMessage"] },
});

export const eraseInstance = defineRoute({
  id: "instances.erase",
  method: "DELETE",
  path: "/api/instances/{id}",
  summary: "Erase an instance",
  description: "Takes it off the reports, and removes all that belongs to it.",
  scope: "write",
  params,
  answers: { 204: { description: "Erased.", schema: null } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem", "DeleteItem"], queue: ["SendMessage"] },
});

export const instanceRoutes = [
  startInstance,
  listInstances,
  getInstance,
  getInstanceActions,
  executeAction,
  commentInstance,
  getHistory,
  getInstanceDiagram,
  migrateInstance,
  eraseInstance,
] as const;
