import * as z from "zod";
import { machineCreatedAtMs, type SentMachine } from "#domain/machine-commands.ts";
import { asSwitched, type DefinedMachine, type MachineDefinition } from "#domain/machine-definition.ts";
import type { Warning } from "#domain/machine-warnings.ts";
import { parseUuid } from "#domain/uuid7.ts";
import { timeField, timeText } from "./fields.ts";
import { actionInput, actionSchema, actionView } from "./machine-action-fields.ts";
import { partDescription, partName } from "./machine-part-fields.ts";
import { stateInput, stateSchema, stateView } from "./machine-state-fields.ts";
import { ownIdField } from "./own-id-field.ts";

const statesMax = 200;
const actionsMax = 500;

const ownId = ownIdField("An id of your own, unique among definitions that are not deleted.", "simple_approval").refine(
  (text) => parseUuid(text) === null,
  "must not look like a UUID: definition_id is made for you",
);

/** How long finished instances are kept. */
export const instancesKeptDays = z
  .int()
  .min(1)
  .max(3_650)
  .meta({ description: "How many days a finished instance is kept; null: for ever." });

const members = {
  name: partName("Simple approval"),
  description: partDescription,
  states: z
    .array(stateInput)
    .min(1, "must hold a state at least")
    .max(statesMax, `must hold at most ${statesMax} states`),
  actions: z.array(actionInput).max(actionsMax, `must hold at most ${actionsMax} actions`),
  instances_kept_days: instancesKeptDays.nullish(),
};

function sentMachine(sent: z.output<z.ZodObject<typeof members>>): SentMachine {
  const switchesOf = (parts: readonly { part: { id: string }; enabled: boolean | null }[]) =>
    parts.flatMap(({ part, enabled }) => (enabled === null ? [] : [[part.id, enabled] as const]));
  return {
    definition: {
      name: sent.name ?? null,
      description: sent.description ?? null,
      states: sent.states.map(({ part }) => part),
      actions: sent.actions.map(({ part }) => part),
      instancesKeptDays: sent.instances_kept_days ?? null,
    },
    switches: { states: switchesOf(sent.states), actions: switchesOf(sent.actions) },
  };
}

/** A new definition as a client sends it. */
export const machineInput = z
  .object({ id: ownId.nullish(), ...members })
  .transform(({ id, ...sent }) => ({ ownId: id ?? null, ...sentMachine(sent) }))
  .meta({ id: "MachineInput" });

/** What a definition is to say from now on. What is left out is empty, but for `enabled`, which stays as it is. */
export const machineEdit = z.object(members).transform(sentMachine).meta({ id: "MachineEdit" });

/** What names a definition in answers. */
export const machineIdentity = {
  id: z.string().meta({ description: "Its own id, or its `definition_id` where it has none." }),
  definition_id: z.uuid(),
};

/** A definition as lists show it. */
export const machineSummarySchema = z
  .object({
    ...machineIdentity,
    name: z.string(),
    definition_version: z.int().min(1).meta({ description: "The newest version of what it says." }),
    version: z.int().min(1).meta({ description: "Counts every change of the definition." }),
    created_at: timeField,
    updated_at: timeField,
    archived_at: timeField.nullable(),
  })
  .meta({ id: "MachineSummary" });

const disabled = z
  .object({ states: z.array(z.string()), actions: z.array(z.string()) })
  .meta({ description: "Ids of all that is disabled, also of what earlier versions alone have." });

/** The body of a definition in answers. */
export const machineSchema = machineSummarySchema
  .extend({
    description: z.string().nullable(),
    states: z.array(stateSchema),
    actions: z.array(actionSchema),
    instances_kept_days: instancesKeptDays.nullable(),
    disabled,
    warnings: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .meta({ description: "What it says and hardly means. No reason to refuse it." }),
  })
  .meta({ id: "Machine" });

/** A definition as lists show it. */
export function machineSummaryView(machine: DefinedMachine): z.input<typeof machineSummarySchema> {
  return {
    id: machine.ownId ?? machine.id,
    definition_id: machine.id,
    name: machine.name,
    definition_version: machine.definitionVersion,
    version: machine.version,
    created_at: timeText(machineCreatedAtMs(machine)),
    updated_at: timeText(machine.updatedAtMs),
    archived_at: machine.archivedAtMs === null ? null : timeText(machine.archivedAtMs),
  };
}

/** A definition with what it says, as answers show it. */
export function machineView(
  machine: DefinedMachine,
  definition: MachineDefinition,
  warnings: readonly Warning[],
): z.input<typeof machineSchema> {
  const { description, states, actions, instancesKeptDays: keptDays } = asSwitched(definition, machine.disabled);
  return {
    ...machineSummaryView(machine),
    description,
    states: states.map(stateView),
    actions: actions.map(actionView),
    instances_kept_days: keptDays,
    disabled: { states: [...machine.disabled.states], actions: [...machine.disabled.actions] },
    warnings: [...warnings],
  };
}
