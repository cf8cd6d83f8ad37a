import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import { asSwitched, type DefinedMachine, type MachineDefinition } from "#domain/machine-definition.ts";
import type { NewItem, Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { type ItemFormat, upgraded } from "./item-format.ts";
import { machineKey, ownMachineIdKey } from "./keys.ts";
import { findByEitherId, idBehind, insertOwnId } from "./own-id.ts";
import { type Versioned, VersionedDefinitions } from "./versioned-definitions.ts";

/** The head of a machine. Its states and actions are in its definitions. */
const headSchema = z.object({
  sk: z.string(),
  v: z.number().int(),
  w: z.array(z.string()), // write ids of the last versions
  n: z.string(), // name
  i: z.string().optional(), // the caller's own id
  d: z.number().int(), // the newest version of its definition
  s: z.array(z.string()).default([]), // disabled states
  t: z.array(z.string()).default([]), // disabled actions (transitions)
  a: z.number().optional(), // when it was archived, in milliseconds
  u: z.number(), // when it was written last, in milliseconds
});

const format: ItemFormat = { current: 1, upgrades: {} };

const definitions = new VersionedDefinitions<MachineDefinition>("Machine");

/** What a version of a machine says, with everything enabled: from memory, or by one consistent read. @throws Error when there is none. */
export const loadMachineDefinition = definitions.load.bind(definitions);
export const findMachineDefinition = definitions.find.bind(definitions);
export const listMachineDefinitions = definitions.list.bind(definitions);

/** A machine as it was loaded, with what a write on its condition needs. */
export type LoadedDefinedMachine = { machine: DefinedMachine; writeIds: string[] };

/** Finds a machine by its id, archived or not, or by the own id of one that is not archived, as `findByEitherId` does. */
export function findDefinedMachine(idText: string): Promise<LoadedDefinedMachine | null> {
  return findByEitherId(idText, {
    ownIdKey: ownMachineIdKey,
    find: findById,
    isArchived: ({ machine }) => machine.archivedAtMs !== null,
  });
}

/** Finds a machine as `findDefinedMachine` does. @throws DomainError `resource_not_found` when there is none. */
export async function loadDefinedMachine(idText: string): Promise<LoadedDefinedMachine> {
  const loaded = await findDefinedMachine(idText);
  if (loaded === null) throw new DomainError("resource_not_found", "Definition not found");
  return loaded;
}

/**
 * A machine and a version of its definition with what is disabled now: what an instance of that version goes by. One
 * consistent read of the head, since it says what is disabled; the version is from memory.
 *
 * @throws Error when there is no such machine or version: whatever names it is wrong.
 */
export async function loadMachineAt(
  machineId: string,
  definitionVersion: number,
): Promise<{ machine: DefinedMachine; definition: MachineDefinition }> {
  const [loaded, definition] = await Promise.all([
    findById(machineId),
    loadMachineDefinition(machineId, definitionVersion),
  ]);
  if (loaded === null) throw new Error(`There is no machine ${machineId}.`);
  return { machine: loaded.machine, definition: asSwitched(definition, loaded.machine.disabled) };
}

/** A version of a machine's definition, and when it was made. @throws DomainError `resource_not_found` when there is none. */
export async function loadMachineVersion(
  machine: DefinedMachine,
  definitionVersion: number,
): Promise<Versioned<MachineDefinition>> {
  const found = await findMachineDefinition(machine.id, definitionVersion);
  if (found !== null) return found;
  throw new DomainError("resource_not_found", `Version not found: the newest is ${machine.definitionVersion}.`);
}

/** The id of the machine that an own id stands for: one consistent read. Null when it is free. */
export function machineIdOf(ownId: string): Promise<string | null> {
  return idBehind(ownMachineIdKey(ownId));
}

/** The writes that create a machine: its head, its first definition and the claim on its own id. All or nothing. */
export function insertMachine(machine: DefinedMachine, definition: MachineDefinition): Write[] {
  const { id, ownId } = machine;
  return [
    { item: headOf(machine), condition: { absent: true } },
    definitions.insert(machine, definition),
    ...(ownId === null ? [] : [insertOwnId(ownMachineIdKey(ownId), id)]),
  ];
}

/**
 * The writes that replace a loaded machine by its next version, if it is still the one that was loaded. An archived one
 * gives its own id free.
 *
 * @param definition what it says from now on; null: what it said
 */
export function replaceMachine(
  loaded: LoadedDefinedMachine,
  next: DefinedMachine,
  definition: MachineDefinition | null,
): Write[] {
  const { machine: before, writeIds } = loaded;
  const freed = next.archivedAtMs !== null && before.archivedAtMs === null ? next.ownId : null;
  return [
    { item: headOf(next), condition: { version: before.version, writeIds } },
    ...(definition === null ? [] : [definitions.insert(next, definition)]),
    ...(freed === null ? [] : [{ remove: ownMachineIdKey(freed) }]),
  ];
}

async function findById(id: string): Promise<LoadedDefinedMachine | null> {
  const item = await getItem(machineKey(id));
  return item === undefined ? null : parseMachine(item);
}

/** Reads an item as a machine, whatever format it was written in. */
export function parseMachine(item: Record<string, unknown>): LoadedDefinedMachine {
  const head = headSchema.parse(upgraded(format, item));
  const machine: DefinedMachine = {
    id: head.sk,
    ownId: head.i ?? null,
    name: head.n,
    definitionVersion: head.d,
    disabled: { states: head.s, actions: head.t },
    archivedAtMs: head.a ?? null,
    updatedAtMs: head.u,
    version: head.v,
  };
  return { machine, writeIds: head.w };
}

function headOf(machine: DefinedMachine): NewItem {
  const { id, ownId, name, definitionVersion, disabled, archivedAtMs, updatedAtMs, version } = machine;
  return {
    ...machineKey(id),
    f: format.current,
    v: version,
    n: name,
    ...(ownId === null ? {} : { i: ownId }),
    d: definitionVersion,
    ...(disabled.states.length === 0 ? {} : { s: [...disabled.states] }),
    ...(disabled.actions.length === 0 ? {} : { t: [...disabled.actions] }),
    ...(archivedAtMs === null ? {} : { a: archivedAtMs }),
    u: updatedAtMs,
  };
}
