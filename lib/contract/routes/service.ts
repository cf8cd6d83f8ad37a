import * as z from "zod";
import { timeField } from "../fields.ts";
import { defineRoute } from "../route.ts";

const healthy = z.object({ status: z.literal("healthy"), database: z.literal("connected") }).meta({ id: "Healthy" });
const unhealthy = z
  .object({
    status: z.literal("unhealthy"),
    database: z.literal("disconnected"),
    error: z.literal("database unavailable"),
  })
  .meta({ id: "Unhealthy" });

export const getHealth = defineRoute({
  id: "service.health",
  method: "GET",
  path: "/health",
  summary: "Check the service and its table",
  scope: "public",
  answers: {
    200: { description: "The table answered.", schema: healthy, headers: ["Cache-Control"] },
    503: { description: "The table did not answer.", schema: unhealthy, headers: ["Cache-Control"] },
  },
  errors: [],
  grants: { table: ["GetItem"] },
});

const machinesHealthy = z
  .object({
    status: z.literal("healthy"),
    service: z.string(),
    definitions_count: z.int().meta({ description: "Definitions that are not archived, seconds behind." }),
    instances_count: z.int().meta({ description: "Instances that were started and not erased, seconds behind." }),
    active_instances_count: z.int().meta({ description: "Those of them that are not in a final state." }),
    generated_at: timeField,
    as_of: timeField
      .nullable()
      .meta({ description: "When the newest change counted here was made; null before the first." }),
  })
  .meta({ id: "MachinesHealthy" });
const machinesUnhealthy = z
  .object({ status: z.literal("unhealthy"), service: z.string(), error: z.literal("database unavailable") })
  .meta({ id: "MachinesUnhealthy" });

export const getMachinesHealth = defineRoute({
  id: "service.machines_health",
  method: "GET",
  path: "/api/health",
  summary: "Check the service, and count definitions and instances",
  scope: "public",
  answers: {
    200: { description: "The table answered.", schema: machinesHealthy, headers: ["Cache-Control"] },
    503: { description: "The table did not answer.", schema: machinesUnhealthy, headers: ["Cache-Control"] },
  },
  errors: [],
  grants: { counters: ["Query"] },
});

export const getVersion = defineRoute({
  id: "service.version",
  method: "GET",
  path: "/version",
  summary: "Tell the version",
  scope: "public",
  answers: {
    200: {
      description: "The version.",
      schema: z.object({ version: z.string(), commit: z.string(), environment: z.string() }).meta({ id: "Version" }),
    },
  },
  errors: [],
  grants: {},
});

export const getOpenapi = defineRoute({
  id: "service.openapi",
  method: "GET",
  path: "/openapi.json",
  aliases: ["/api/v1/openapi.json"],
  summary: "The OpenAPI document of this service",
  scope: "public",
  answers: { 200: { description: "The OpenAPI 3.1 document.", schema: z.record(z.string(), z.unknown()) } },
  errors: [],
  grants: {},
});

export const getDocs = defineRoute({
  id: "service.docs",
  method: "GET",
  path: "/docs",
  aliases: ["/"],
  summary: "Swagger UI",
  scope: "public",
  answers: {
    200: { description: "The page.", schema: null, contentType: "text/html" },
    302: { description: "From / to /docs.", schema: null, headers: ["Location"] },
  },
  errors: [],
  grants: {},
});

export const getDocsAsset = defineRoute({
  id: "service.docs_asset",
  method: "GET",
  path: "/docs/{asset}",
  summary: "A part of Swagger UI",
  scope: "public",
  params: z.object({ asset: z.string() }),
  answers: { 200: { description: "The part.", schema: null, contentType: "*/*", headers: ["ETag", "Cache-Control"] } },
  errors: ["resource_not_found"],
  grants: {},
});

export const serviceRoutes = [getHealth, getMachinesHealth, getVersion, getOpenapi, getDocs, getDocsAsset] as const;
