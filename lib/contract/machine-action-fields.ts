import * as z from "zod";
import type { DefinedAction } from "#domain/machine-definition.ts";
import { everyState } from "#domain/machine-violations.ts";
import { expressionIn } from "#domain/template.ts";
import { nameField } from "./fields.ts";
import { partDescription, partEnabled, partName, waitField, waitSeconds } from "./machine-part-fields.ts";
import { ownIdField } from "./own-id-field.ts";

const rolesMax = 20;
const fromStatesMax = 200;
const guardLengthMax = 1_004; // an expression of 1,000 characters and its marks

const fromStates = z
  .array(z.string())
  .max(fromStatesMax, `must hold at most ${fromStatesMax} states`)
  .meta({ description: 'Ids of states; `["*"]`: every state that is not final.', examples: [["draft"]] });

const guardDescription =
  "A JSONata expression over `data`, `input` and `instance`, with or without `{%` and `%}`: the action is refused unless it gives `true`.";

const guard = z
  .string()
  .max(guardLengthMax, "must be at most 1000 characters")
  .refine((text) => (expressionIn(text) ?? text).trim() !== "", "must not be blank")
  .meta({ description: guardDescription, examples: ["data.amount < 1000"] });

const inputSchema = z
  .record(z.string(), z.unknown())
  .meta({ description: "A JSON Schema (drafts 4 to 2020-12) that the input of an execution must satisfy." });

const roles = z
  .array(nameField("A scope, or a claim of a token.", "approver"))
  .max(rolesMax, `must hold at most ${rolesMax} roles`)
  .meta({ description: "Whoever has one of them may execute it; empty: whoever may execute at all." });

const after = "It is executed by itself when an instance has been in one of its states for so long.";

const hook = z
  .object({
    workflow_id: z.string().min(1, "must not be blank").max(64, "must be at most 64 characters"),
    payload: z.unknown().optional(),
  })
  .transform((sent) => ({ workflowId: sent.workflow_id, payload: sent.payload ?? {} }))
  .meta({
    id: "HookInput",
    description:
      "A workflow that is triggered when the action was executed; `payload` may hold templates over `data`, `input` and `instance`.",
  });

/** An action as a client sends it. */
export const actionInput = z
  .object({
    id: ownIdField("Unique among the actions.", "submit_for_review"),
    name: partName("Submit for review"),
    enabled: partEnabled,
    from_states: fromStates,
    to_state: z.string(),
    description: partDescription,
    guard: guard.nullish(),
    input_schema: inputSchema.nullish(),
    roles: roles.nullish(),
    after: waitField.nullish().meta({ description: `${after} Whole seconds, or an ISO 8601 duration.` }),
    hook: hook.nullish(),
  })
  .transform((sent): { part: DefinedAction; enabled: boolean | null } => ({
    part: {
      id: sent.id,
      name: sent.name ?? sent.id,
      enabled: true,
      fromStates: sent.from_states.includes(everyState) ? everyState : [...new Set(sent.from_states)],
      toState: sent.to_state,
      description: sent.description ?? null,
      guard: typeof sent.guard === "string" ? (expressionIn(sent.guard) ?? sent.guard).trim() : null,
      inputSchema: sent.input_schema ?? null,
      roles: [...new Set(sent.roles)],
      afterSeconds: sent.after ?? null,
      hook: sent.hook ?? null,
    },
    enabled: sent.enabled ?? null,
  }))
  .meta({ id: "ActionInput" });

/** An action of a version, which does not say what is enabled. */
export const versionActionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    from_states: fromStates,
    to_state: z.string(),
    description: z.string().nullable(),
    guard: z.string().nullable().meta({ description: guardDescription }),
    input_schema: inputSchema.nullable(),
    roles,
    after: waitSeconds.nullable().meta({ description: `${after} Seconds.` }),
    hook: z.object({ workflow_id: z.string(), payload: z.unknown() }).nullable(),
  })
  .meta({ id: "VersionAction" });

/** An action in answers. It can be sent back as it is. */
export const actionSchema = versionActionSchema.extend({ enabled: z.boolean() }).meta({ id: "Action" });

/** An action of a version as answers show it. */
export function versionActionView(action: DefinedAction): z.input<typeof versionActionSchema> {
  return {
    id: action.id,
    name: action.name,
    from_states: action.fromStates === everyState ? [everyState] : [...action.fromStates],
    to_state: action.toState,
    description: action.description,
    guard: action.guard,
    input_schema: action.inputSchema,
    roles: [...action.roles],
    after: action.afterSeconds,
    hook: action.hook === null ? null : { workflow_id: action.hook.workflowId, payload: action.hook.payload },
  };
}

/** An action as answers show it. */
export function actionView(action: DefinedAction): z.input<typeof actionSchema> {
  return { ...versionActionView(action), enabled: action.enabled };
}
