import * as z from "zod";
import type { ErrorCode } from "#domain/domain-error.ts";
import { machineSchema } from "../machine-fields.ts";
import { defineRoute } from "../route.ts";

const id = z
  .string()
  .meta({ description: "The definition's own `id`, or its `definition_id`.", examples: ["simple_approval"] });
const shared = {
  method: "POST",
  scope: "write",
  answers: {
    200: {
      description: "The definition as it is now.",
      schema: machineSchema,
      headers: ["ETag", "Idempotency-Replayed"],
    },
  },
  errors: ["resource_not_found", "state_conflict"] as ErrorCode[],
  ifMatch: true,
  grants: { table: ["GetItem", "Query", "PutItem"] },
} as const;
const atOnce = "It holds at once, for every version and every instance, and makes no version.";

export const enableState = defineRoute({
  ...shared,
  id: "definitions.enable_state",
  path: "/api/definitions/{id}/states/{state}/enable",
  summary: "Let a state be used",
  description: atOnce,
  params: z.object({ id, state: z.string() }),
});

export const disableState = defineRoute({
  ...shared,
  id: "definitions.disable_state",
  path: "/api/definitions/{id}/states/{state}/disable",
  summary: "Let a state be used no more, until it is enabled",
  description: `No action leads into it, or out of it. ${atOnce}`,
  params: z.object({ id, state: z.string() }),
});

export const enableAction = defineRoute({
  ...shared,
  id: "definitions.enable_action",
  path: "/api/definitions/{id}/actions/{action}/enable",
  summary: "Let an action be executed",
  description: atOnce,
  params: z.object({ id, action: z.string() }),
});

export const disableAction = defineRoute({
  ...shared,
  id: "definitions.disable_action",
  path: "/api/definitions/{id}/actions/{action}/disable",
  summary: "Let an action be executed no more, until it is enabled",
  description: atOnce,
  params: z.object({ id, action: z.string() }),
});

export const definitionSwitchRoutes = [enableState, disableState, enableAction, disableAction] as const;
