import * as z from "zod";
import type { DefinedMachine, MachineDefinition } from "#domain/machine-definition.ts";
import { changedMembers, listDiff } from "#domain/member-diff.ts";
import { timeField, timeText } from "./fields.ts";
import { versionActionSchema, versionActionView } from "./machine-action-fields.ts";
import { instancesKeptDays, machineIdentity } from "./machine-fields.ts";
import { versionStateSchema, versionStateView } from "./machine-state-fields.ts";

/** A version of a definition in answers. */
export const machineVersionSchema = z
  .object({
    ...machineIdentity,
    definition_version: z.int().min(1),
    created_at: timeField,
    name: z.string(),
    description: z.string().nullable(),
    states: z.array(versionStateSchema),
    actions: z.array(versionActionSchema),
    instances_kept_days: instancesKeptDays.nullable(),
  })
  .meta({ id: "MachineVersion" });

const changedMember = z.object({ member: z.string(), from: z.unknown(), to: z.unknown() });
const changedParts = z.array(z.object({ id: z.string(), members: z.array(changedMember) }));

/** How two versions of a definition differ, in answers. */
export const machineDiffSchema = z
  .object({
    ...machineIdentity,
    from: z.int().min(1),
    to: z.int().min(1),
    changed: z.array(changedMember).meta({ description: "Members of the definition itself that changed." }),
    states: z.object({
      added: z.array(versionStateSchema),
      removed: z.array(versionStateSchema),
      changed: changedParts,
    }),
    actions: z.object({
      added: z.array(versionActionSchema),
      removed: z.array(versionActionSchema),
      changed: changedParts,
    }),
  })
  .meta({ id: "MachineDiff" });

/** A version as it is stored. */
type Version = { definitionVersion: number; definition: MachineDefinition; createdAtMs: number };

/** A version of a definition as answers show it. */
export function machineVersionView(
  machine: DefinedMachine,
  { definitionVersion, definition, createdAtMs }: Version,
): z.input<typeof machineVersionSchema> {
  return {
    id: machine.ownId ?? machine.id,
    definition_id: machine.id,
    definition_version: definitionVersion,
    created_at: timeText(createdAtMs),
    ...ownMembersOf(definition),
    states: definition.states.map(versionStateView),
    actions: definition.actions.map(versionActionView),
  };
}

/** How two versions differ, as answers show it. In which order states and actions stand says nothing. */
export function machineDiffView(
  machine: DefinedMachine,
  from: Version,
  to: Version,
): z.input<typeof machineDiffSchema> {
  const [before, after] = [machineVersionView(machine, from), machineVersionView(machine, to)];
  return {
    id: before.id,
    definition_id: machine.id,
    from: from.definitionVersion,
    to: to.definitionVersion,
    changed: changedMembers(ownMembersOf(from.definition), ownMembersOf(to.definition)),
    states: listDiff(before.states, after.states),
    actions: listDiff(before.actions, after.actions),
  };
}

/** What a definition says of itself, besides its states and actions. */
function ownMembersOf({ name, description, instancesKeptDays: keptDays }: MachineDefinition) {
  return { name, description, instances_kept_days: keptDays };
}
