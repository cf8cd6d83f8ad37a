import * as z from "zod";
import { pageOf, pageParams } from "../fields.ts";
import { machineEdit, machineInput, machineSchema, machineSummarySchema } from "../machine-fields.ts";
import { defineRoute } from "../route.ts";

const id = z
  .string()
  .meta({ description: "The definition's own `id`, or its `definition_id`.", examples: ["simple_approval"] });
const params = z.object({ id });
const changed = { description: "The definition as it is now.", schema: machineSchema, headers: ["ETag"] } as const;
const warningsTold = "What is hardly meant, such as a state that nothing leads to, is told in `warnings`.";

export const createDefinition = defineRoute({
  id: "definitions.create",
  method: "POST",
  path: "/api/definitions",
  summary: "Define a state machine",
  description: `Checks the whole definition, names all that is wrong with it at once, and stores it as version 1. ${warningsTold}`,
  scope: "write",
  body: machineInput,
  answers: {
    201: {
      description: "Defined.",
      schema: machineSchema,
      headers: ["ETag", "Location", "Idempotency-Replayed"],
    },
  },
  errors: ["state_conflict"],
  grants: { table: ["GetItem", "PutItem"] },
});

export const getDefinition = defineRoute({
  id: "definitions.get",
  method: "GET",
  path: "/api/definitions/{id}",
  summary: "Get a definition",
  description: "A deleted one is found by its `definition_id` alone.",
  scope: "read",
  params,
  answers: { 200: { description: "The definition.", schema: machineSchema, headers: ["ETag"] } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const listDefinitions = defineRoute({
  id: "definitions.list",
  method: "GET",
  path: "/api/definitions",
  summary: "List definitions",
  description:
    "By time of creation, without states and actions. Filters leave out what they read, within 4 x limit entries, so a page may be short while `next_cursor` is set. `total` is null with `name`.",
  scope: "read",
  query: z.object({
    archived: z
      .enum(["true", "false"])
      .transform((text) => text === "true")
      .default(false)
      .meta({ description: "Only deleted ones, in place of all others." }),
    name: z.string().max(128).optional().meta({ description: "Only those whose name begins so." }),
    ...pageParams,
    sort_order: z.enum(["asc", "desc"]).default("desc"),
  }),
  answers: {
    200: { description: "A page.", schema: pageOf(machineSummarySchema, "MachinePage"), headers: ["Link"] },
  },
  errors: ["invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"], counters: ["Query"] },
});

export const updateDefinition = defineRoute({
  id: "definitions.update",
  method: "PUT",
  path: "/api/definitions/{id}",
  summary: "Change a definition",
  description: `Stores its next version; instances keep theirs until they are migrated. What the body leaves out is empty from then on, but for \`enabled\`, which is no part of a version and holds for all. A body that changes nothing makes no version. ${warningsTold}`,
  scope: "write",
  params,
  body: machineEdit,
  answers: { 200: changed },
  errors: ["resource_not_found", "state_conflict"],
  ifMatch: "required",
  grants: { table: ["GetItem", "PutItem"] },
});

export const archiveDefinition = defineRoute({
  id: "definitions.archive",
  method: "DELETE",
  path: "/api/definitions/{id}",
  summary: "Delete a definition",
  description:
    "Refused while an instance of it, of any version, is not final. Then no instance is started any more, and its own id is free; by its `definition_id` it and its versions can be read still, for the instances that ended.",
  scope: "write",
  params,
  answers: { 204: { description: "Deleted.", schema: null } },
  errors: ["resource_not_found", "state_conflict", "operation_in_progress"],
  ifMatch: true,
  grants: { table: ["GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"] },
});

export const getDefinitionDiagram = defineRoute({
  id: "definitions.diagram",
  method: "GET",
  path: "/api/definitions/{id}/diagram",
  summary: "Draw a definition",
  description: "Initial, final and disabled states are marked. Long names are cut.",
  scope: "read",
  params,
  query: z.object({
    format: z
      .enum(["mermaid", "svg"])
      .default("mermaid")
      .meta({ description: "Text that Mermaid draws, or an SVG image." }),
  }),
  answers: {
    200: {
      description: "The diagram.",
      schema: null,
      contentType: ["text/vnd.mermaid", "image/svg+xml"],
      headers: ["ETag"],
    },
  },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const definitionRoutes = [
  createDefinition,
  listDefinitions,
  getDefinition,
  updateDefinition,
  archiveDefinition,
  getDefinitionDiagram,
] as const;
