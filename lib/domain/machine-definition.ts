import type { Machine, MachineAction, MachineState } from "./machine.ts";

/**
 * When a thing that stays in a state is escalated: it is marked overdue, which its history tells, and `action` is executed
 * if there is one and it is possible.
 */
export type Deadline = { afterSeconds: number; action: string | null };

/** A state of a machine that a client defined. */
export type DefinedState = MachineState & { deadline: Deadline | null };

/** A workflow run that is triggered when an action was executed. `payload` is a template over data, input and instance. */
export type Hook = { workflowId: string; payload: unknown };

/** An action of a machine that a client defined. */
export type DefinedAction = MachineAction & {
  /** An expression over data, input and instance, without its marks; the action is refused unless it gives true. */
  guard: string | null;
  /** A JSON Schema that the input of an execution must satisfy; null: anything will do. */
  inputSchema: Record<string, unknown> | null;
  /** Any of these scopes or claims of a token lets a caller execute it; empty: whoever may execute at all. */
  roles: readonly string[];
  /** It is executed by itself when a thing has been in one of its states for so long; null: never. */
  afterSeconds: number | null;
  hook: Hook | null;
};

/**
 * What a version of a definition says; it never changes. `instancesKeptDays` null: finished instances are kept.
 *
 * What is disabled is no part of a version: it is told by the machine and holds for all its versions at once. A version as
 * it is stored has everything enabled; `asSwitched` gives it as it is now.
 */
export type MachineDefinition = Machine<DefinedAction, DefinedState> & {
  name: string;
  description: string | null;
  instancesKeptDays: number | null;
};

/** The states and actions that are disabled, by their ids, in every version of a definition. */
export type DisabledParts = { states: readonly string[]; actions: readonly string[] };

/** A machine that a client defined: which of its definitions is the newest, and what is disabled. `version` counts every change of it. */
export type DefinedMachine = {
  id: string;
  /** The caller's own id, unique among machines that are not archived; null: none. */
  ownId: string | null;
  name: string;
  definitionVersion: number;
  disabled: DisabledParts;
  /** null: it is not archived. Of an archived one no instance is started. */
  archivedAtMs: number | null;
  updatedAtMs: number;
  version: number;
};

/** A version of a definition with what is disabled now. */
export function asSwitched(definition: MachineDefinition, { states, actions }: DisabledParts): MachineDefinition {
  const [statesOff, actionsOff] = [new Set(states), new Set(actions)];
  return {
    ...definition,
    states: definition.states.map((state) => ({ ...state, enabled: !statesOff.has(state.id) })),
    actions: definition.actions.map((action) => ({ ...action, enabled: !actionsOff.has(action.id) })),
  };
}
