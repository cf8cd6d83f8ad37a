import * as z from "zod";
import { parseUuid } from "#domain/uuid7.ts";
import type { Definition, Workflow } from "#domain/workflow.ts";
import { workflowCreatedAtMs } from "#domain/workflow-commands.ts";
import { nameField, timeField, timeText } from "./fields.ts";
import { stepInput, stepSchema, stepView } from "./step-fields.ts";

/** How many steps a workflow may have. */
export const stepsMax = 100;
const descriptionLengthMax = 2_000;

const ownId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: "must be 1 to 64 letters, digits, ., _ or -", abort: true })
  .refine((text) => !/^\.+$/.test(text), "must not be dots alone, which mean other places in a path")
  .refine((text) => parseUuid(text) === null, "must not look like a UUID: workflow_id is made for you")
  .meta({ description: "An id of your own, unique among workflows that are not archived.", examples: ["my-workflow"] });

const inputSchema = z
  .record(z.string(), z.unknown())
  .meta({ description: "A JSON Schema (drafts 4 to 2020-12) that payloads must satisfy; null: any object will do." });

const keptDays = z
  .int()
  .min(1)
  .max(3_650)
  .meta({ description: "How many days a finished run is kept; null: for ever." });

const definitionMembers = {
  name: nameField("What the workflow is called.", "Demo Workflow"),
  description: z
    .string()
    .refine((text) => [...text].length <= descriptionLengthMax, `must be at most ${descriptionLengthMax} characters`)
    .nullish()
    .meta({ override: { type: ["string", "null"], maxLength: descriptionLengthMax } }),
  steps: z.array(stepInput).min(1, "must hold a step at least").max(stepsMax, `must hold at most ${stepsMax} steps`),
  input_schema: inputSchema.nullish(),
  runs_kept_days: keptDays.nullish(),
};

const enabled = z.boolean().nullish().meta({ description: "Whether it may be triggered." });

function definitionOf(sent: z.output<z.ZodObject<typeof definitionMembers>>): Definition {
  return {
    name: sent.name,
    description: sent.description ?? null,
    steps: sent.steps,
    inputSchema: sent.input_schema ?? null,
    runsKeptDays: sent.runs_kept_days ?? null,
  };
}

const example = {
  id: "my-workflow",
  name: "Demo Workflow",
  description: "A sample workflow",
  steps: [
    { name: "delay", type: "delay" as const, config: { duration: 2 } },
    {
      name: "notify",
      type: "webhook" as const,
      config: { url: "https://httpbin.org/post", method: "POST", body: { message: "Hello {{ payload.user }}" } },
    },
  ],
};

/** A new workflow as a client sends it. */
export const workflowInput = z
  .object({ id: ownId.nullish(), ...definitionMembers, enabled })
  .transform(({ id, enabled: on, ...sent }) => ({
    ownId: id ?? null,
    definition: definitionOf(sent),
    enabled: on ?? true,
  }))
  .meta({ id: "WorkflowInput", examples: [example] });

/** What a workflow is to say from now on. What is left out is empty, but for `enabled`, which stays as it is. */
export const workflowEdit = z
  .object({ ...definitionMembers, enabled })
  .transform(({ enabled: on, ...sent }) => ({ definition: definitionOf(sent), enabled: on ?? null }))
  .meta({ id: "WorkflowEdit", examples: [{ ...example, id: undefined }] });

/** A workflow as lists show it. */
export const workflowSummarySchema = z
  .object({
    workflow_id: z.uuid(),
    id: z
      .string()
      .meta({ description: "Its own id, or its `workflow_id` where it has none.", examples: ["my-workflow"] }),
    name: z.string(),
    enabled: z.boolean(),
    definition_version: z.int().min(1).meta({ description: "The newest version of its definition." }),
    version: z.int().min(1).meta({ description: "Counts every change of the workflow." }),
    created_at: timeField,
    updated_at: timeField,
    archived_at: timeField.nullable(),
  })
  .meta({ id: "WorkflowSummary" });

const definitionView = {
  description: z.string().nullable(),
  steps: z.array(stepSchema),
  input_schema: inputSchema.nullable(),
  runs_kept_days: keptDays.nullable(),
};

/** The body of a workflow in answers. */
export const workflowSchema = workflowSummarySchema.extend(definitionView).meta({ id: "Workflow" });

/** A version of a definition in answers. */
export const definitionVersionSchema = z
  .object({
    workflow_id: z.uuid(),
    definition_version: z.int().min(1),
    created_at: timeField,
    name: z.string(),
    ...definitionView,
  })
  .meta({ id: "DefinitionVersion" });

/** A workflow as lists show it. */
export function workflowSummaryView(workflow: Workflow): z.input<typeof workflowSummarySchema> {
  const { id, ownId: own, name, enabled: on, definitionVersion, version, updatedAtMs, archivedAtMs } = workflow;
  return {
    workflow_id: id,
    id: own ?? id,
    name,
    enabled: on,
    definition_version: definitionVersion,
    version,
    created_at: timeText(workflowCreatedAtMs(workflow)),
    updated_at: timeText(updatedAtMs),
    archived_at: archivedAtMs === null ? null : timeText(archivedAtMs),
  };
}

/** A workflow with what it says, as answers show it. */
export function workflowView(workflow: Workflow, definition: Definition): z.input<typeof workflowSchema> {
  return { ...workflowSummaryView(workflow), ...definitionMembersView(definition) };
}

/** A version of a definition as answers show it. */
export function definitionVersionView(
  workflowId: string,
  version: { definitionVersion: number; definition: Definition; createdAtMs: number },
): z.input<typeof definitionVersionSchema> {
  return {
    workflow_id: workflowId,
    definition_version: version.definitionVersion,
    created_at: timeText(version.createdAtMs),
    name: version.definition.name,
    ...definitionMembersView(version.definition),
  };
}

function definitionMembersView({ description, steps, inputSchema: schema, runsKeptDays }: Definition) {
  return { description, steps: steps.map(stepView), input_schema: schema, runs_kept_days: runsKeptDays };
}
