import * as z from "zod";
import { pageOf, pageParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import {
  definitionVersionSchema,
  workflowEdit,
  workflowInput,
  workflowSchema,
  workflowSummarySchema,
} from "../workflow-fields.ts";

const id = z
  .string()
  .meta({ description: "The workflow's `workflow_id`, or its own `id`.", examples: ["my-workflow"] });
const params = z.object({ id });
const changed = { description: "The workflow as it is now.", schema: workflowSchema, headers: ["ETag"] } as const;
const commandAnswers = { 200: { ...changed, headers: ["ETag", "Idempotency-Replayed"] } } as const;

export const createWorkflow = defineRoute({
  id: "workflows.create",
  method: "POST",
  path: "/api/v1/workflows",
  summary: "Create a workflow",
  description:
    "Checks the whole definition, names all that is wrong with it at once, and stores it as version 1. With an `Idempotency-Key` a repeat answers what the first answered.",
  scope: "write",
  body: workflowInput,
  answers: {
    201: {
      description: "Created.",
      schema: z
        .object({ message: z.literal("Workflow created successfully"), ...workflowSchema.shape })
        .meta({ id: "CreatedWorkflow" }),
      headers: ["ETag", "Location", "Idempotency-Replayed"],
    },
  },
  errors: ["state_conflict"],
  grants: { table: ["GetItem", "PutItem"] },
});

export const getWorkflow = defineRoute({
  id: "workflows.get",
  method: "GET",
  path: "/api/v1/workflows/{id}",
  summary: "Get a workflow",
  description: "An archived one is found by its `workflow_id` alone.",
  scope: "read",
  params,
  answers: { 200: { description: "The workflow.", schema: workflowSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

const flagParam = z.enum(["true", "false"]).transform((text) => text === "true");

export const listWorkflows = defineRoute({
  id: "workflows.list",
  method: "GET",
  path: "/api/v1/workflows",
  summary: "List workflows",
  description:
    "By time of creation. Filters leave out what they read, within 4 x limit entries, so a page may be short while `next_cursor` is set. `total` is null.",
  scope: "read",
  query: z.object({
    enabled: flagParam
      .optional()
      .meta({ description: "Only those that may be triggered, or only those that may not." }),
    archived: flagParam.default(false).meta({ description: "Only archived ones, in place of all others." }),
    name: z.string().max(128).optional().meta({ description: "Only those whose name begins so." }),
    ...pageParams,
    sort_order: z.enum(["asc", "desc"]).default("desc"),
  }),
  answers: {
    200: { description: "A page.", schema: pageOf(workflowSummarySchema, "WorkflowPage"), headers: ["Link"] },
  },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const updateWorkflow = defineRoute({
  id: "workflows.update",
  method: "PUT",
  path: "/api/v1/workflows/{id}",
  summary: "Change what a workflow does",
  description:
    "Stores the next version of its definition; runs that were triggered before keep theirs. What the body leaves out is empty from then on, but for `enabled`. A body that changes nothing makes no version.",
  scope: "write",
  params,
  body: workflowEdit,
  answers: { 200: changed },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: "required",
  grants: { table: ["GetItem", "PutItem"] },
});

export const archiveWorkflow = defineRoute({
  id: "workflows.archive",
  method: "DELETE",
  path: "/api/v1/workflows/{id}",
  summary: "Archive a workflow",
  description:
    "It is triggered no more, and its own id is free. By its `workflow_id` it can be read still, and so can its versions; runs that are under way go on.",
  scope: "write",
  params,
  answers: { 204: { description: "Archived.", schema: null } },
  errors: ["resource_not_found"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem", "DeleteItem"] },
});

export const enableWorkflow = defineRoute({
  id: "workflows.enable",
  method: "POST",
  path: "/api/v1/workflows/{id}/enable",
  summary: "Let a workflow be triggered",
  scope: "write",
  params,
  answers: commandAnswers,
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const disableWorkflow = defineRoute({
  id: "workflows.disable",
  method: "POST",
  path: "/api/v1/workflows/{id}/disable",
  summary: "Let a workflow be triggered no more, until it is enabled",
  description: "Runs that are under way go on.",
  scope: "write",
  params,
  answers: commandAnswers,
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: true,
  grants: { table: ["GetItem", "PutItem"] },
});

export const listWorkflowVersions = defineRoute({
  id: "workflows.list_versions",
  method: "GET",
  path: "/api/v1/workflows/{id}/versions",
  summary: "List the versions of a workflow's definition",
  description: "The newest first. A page ends at about a megabyte.",
  scope: "read",
  params,
  query: z.object(pageParams),
  answers: {
    200: {
      description: "A page.",
      schema: pageOf(definitionVersionSchema, "DefinitionVersionPage"),
      headers: ["Link"],
    },
  },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const getWorkflowVersion = defineRoute({
  id: "workflows.get_version",
  method: "GET",
  path: "/api/v1/workflows/{id}/versions/{version}",
  summary: "Get a version of a workflow's definition",
  scope: "read",
  params: z.object({ id, version: z.string().meta({ override: { type: "integer", minimum: 1 } }) }),
  answers: { 200: { description: "The version. It never changes.", schema: definitionVersionSchema } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const workflowRoutes = [
  createWorkflow,
  listWorkflows,
  getWorkflow,
  updateWorkflow,
  archiveWorkflow,
  enableWorkflow,
  disableWorkflow,
  listWorkflowVersions,
  getWorkflowVersion,
] as const;
