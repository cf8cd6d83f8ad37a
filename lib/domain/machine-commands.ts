import { DomainError } from "./domain-error.ts";
import type { DefinedMachine, DisabledParts, MachineDefinition } from "./machine-definition.ts";
import { sameJson } from "./same-json.ts";
import { uuid7TimeMs } from "./uuid7.ts";

/** What may be disabled. */
export type PartKind = "states" | "actions";

/** Which states and actions a client wants enabled, or not, by their ids. What is not named stays as it is. */
export type PartSwitches = Readonly<Record<PartKind, readonly (readonly [id: string, enabled: boolean])[]>>;

/** What a client says of a machine. The definition has everything enabled. */
export type MachineInput = { definition: MachineDefinition; switches: PartSwitches };

/** What a client sent of a machine, which may leave its name out. */
export type SentMachine = Omit<MachineInput, "definition"> & {
  definition: Omit<MachineDefinition, "name"> & { name: string | null };
};

/** A machine as a command leaves it; `definition` is what it says from now on, null: what it said. */
export type ChangedMachine = { machine: DefinedMachine; definition: MachineDefinition | null };

/** What is disabled is in the head, which every list reads. */
const disabledMax = 1_000;

/** What a client says of a machine that is known by an id, which is its name when it has no other. */
export function asNamed({ definition, switches }: SentMachine, id: string): MachineInput {
  return { definition: { ...definition, name: definition.name ?? id }, switches };
}

/** The machine as it is when created: version 1, with its first definition. Its creation time is in its id. */
export function newMachine({ definition, switches }: MachineInput, id: string, ownId: string | null): DefinedMachine {
  return {
    id,
    ownId,
    name: definition.name,
    definitionVersion: 1,
    disabled: disabledAfter({ states: [], actions: [] }, switches),
    archivedAtMs: null,
    updatedAtMs: uuid7TimeMs(id),
    version: 1,
  };
}

/** Milliseconds since the epoch at which the machine was created. */
export function machineCreatedAtMs(machine: { id: string }): number {
  return uuid7TimeMs(machine.id);
}

/**
 * The machine with another definition, the next version of it. Null when nothing would change.
 *
 * @param current what it says so far
 * @throws DomainError `state_conflict` when it is archived or too much would be disabled.
 */
export function editedMachine(
  machine: DefinedMachine,
  current: MachineDefinition,
  { definition, switches }: MachineInput,
  nowMs: number,
): ChangedMachine | null {
  assertLive(machine);
  const disabled = disabledAfter(machine.disabled, switches);
  const says = sameJson(definition, current) ? null : definition;
  if (says === null && sameJson(disabled, machine.disabled)) return null;
  const next = { ...changed(machine, nowMs), name: definition.name, disabled };
  if (says === null) return { machine: next, definition: null };
  return { machine: { ...next, definitionVersion: machine.definitionVersion + 1 }, definition: says };
}

/**
 * The machine with states or actions enabled or disabled, in every version of its definition. Null when nothing would
 * change.
 *
 * @throws DomainError `state_conflict` when it is archived or too much would be disabled.
 */
export function switchedMachine(machine: DefinedMachine, switches: PartSwitches, nowMs: number): DefinedMachine | null {
  assertLive(machine);
  const disabled = disabledAfter(machine.disabled, switches);
  return sameJson(disabled, machine.disabled) ? null : { ...changed(machine, nowMs), disabled };
}

/** The machine as no instance of it is started, and its own id may be another's. Null when it is archived already. */
export function archivedMachine(machine: DefinedMachine, nowMs: number): DefinedMachine | null {
  return machine.archivedAtMs === null ? { ...changed(machine, nowMs), archivedAtMs: nowMs } : null;
}

function disabledAfter(before: DisabledParts, switches: PartSwitches): DisabledParts {
  const after = (kind: PartKind) => {
    const off = new Set(before[kind]);
    for (const [id, enabled] of switches[kind]) enabled ? off.delete(id) : off.add(id);
    return [...off].sort();
  };
  const disabled = { states: after("states"), actions: after("actions") };
  if (disabled.states.length + disabled.actions.length <= disabledMax) return disabled;
  throw new DomainError(
    "state_conflict",
    `More than ${disabledMax} states and actions would be disabled, in all versions together. Enable some that are gone.`,
  );
}

function changed(machine: DefinedMachine, nowMs: number): DefinedMachine {
  return { ...machine, updatedAtMs: nowMs, version: machine.version + 1 };
}

function assertLive({ archivedAtMs }: DefinedMachine): void {
  if (archivedAtMs === null) return;
  throw new DomainError("state_conflict", "The definition is archived and cannot be changed. Create a new one.");
}
