import * as z from "zod";
import { pageOf, pageParams } from "../fields.ts";
import { machineDiffSchema, machineVersionSchema } from "../machine-version-fields.ts";
import { defineRoute } from "../route.ts";

const id = z
  .string()
  .meta({ description: "The definition's own `id`, or its `definition_id`.", examples: ["simple_approval"] });

export const listDefinitionVersions = defineRoute({
  id: "definitions.list_versions",
  method: "GET",
  path: "/api/definitions/{id}/versions",
  summary: "List the versions of a definition",
  description: "The newest first. A page ends at about a megabyte.",
  scope: "read",
  params: z.object({ id }),
  query: z.object(pageParams),
  answers: {
    200: { description: "A page.", schema: pageOf(machineVersionSchema, "MachineVersionPage"), headers: ["Link"] },
  },
  errors: ["resource_not_found", "invalid_cursor"],
  grants: { table: ["GetItem", "Query", "PutItem"] },
});

export const getDefinitionVersion = defineRoute({
  id: "definitions.get_version",
  method: "GET",
  path: "/api/definitions/{id}/versions/{version}",
  summary: "Get a version of a definition",
  description: "What is enabled is no part of it: the definition says that, for all its versions.",
  scope: "read",
  params: z.object({ id, version: z.string().meta({ override: { type: "integer", minimum: 1 } }) }),
  answers: { 200: { description: "The version. It never changes.", schema: machineVersionSchema } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

const versionParam = (description: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,7}$/, "must be a version: a whole number from 1")
    .transform(Number)
    .optional()
    .meta({ description, override: { type: "integer", minimum: 1 } });

export const diffDefinition = defineRoute({
  id: "definitions.diff",
  method: "GET",
  path: "/api/definitions/{id}/diff",
  summary: "Compare two versions of a definition",
  description: "States and actions that were added or removed, and those that changed, member by member.",
  scope: "read",
  params: z.object({ id }),
  query: z.object({
    from: versionParam("The version to begin with; left out: the one before `to`."),
    to: versionParam("The version to end with; left out: the newest."),
  }),
  answers: { 200: { description: "How they differ.", schema: machineDiffSchema } },
  errors: ["resource_not_found"],
  grants: { table: ["GetItem"] },
});

export const definitionVersionRoutes = [listDefinitionVersions, getDefinitionVersion, diffDefinition] as const;
