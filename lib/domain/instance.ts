import { emptyHistory, type History } from "./history.ts";
import type { DefinedMachine, DefinedState, MachineDefinition } from "./machine-definition.ts";
import { uuid7TimeMs } from "./uuid7.ts";

/** A thing with a state, which goes by one version of a machine's definition. Its creation time is in its id. */
export type Instance = {
  id: string;
  /** The caller's own id; null: none. */
  ownId: string | null;
  machineId: string;
  /** What the machine's client calls it; null: it has no id of its own. */
  machineOwnId: string | null;
  definitionVersion: number;
  stateId: string;
  /** When it came into its state: timed actions and the deadline count from there. */
  enteredAtMs: number;
  /** Timed actions and deadlines up to here are done with; null: none are. */
  timersDoneAtMs: number | null;
  /** When the next timed action or deadline is due; null: the state has none ahead. */
  dueAtMs: number | null;
  /** When the deadline of its state passed; null: it has none, or it is ahead. */
  overdueSinceMs: number | null;
  history: History;
  updatedAtMs: number;
  /** When it came into a final state; null: it has not. */
  finishedAtMs: number | null;
  /** How many days a finished instance is kept; null: for ever. */
  keptDays: number | null;
  version: number;
};

/** The instance as it is when it is started: in the initial state of the newest definition. */
export function newInstance(
  ids: { id: string; ownId: string | null },
  machine: Pick<DefinedMachine, "id" | "ownId" | "definitionVersion">,
  definition: MachineDefinition,
): Instance {
  const atMs = uuid7TimeMs(ids.id);
  const initial = definition.states.find(({ isInitial }) => isInitial);
  if (initial === undefined) throw new Error(`Machine ${machine.id} has no initial state.`);
  const started: Instance = {
    ...ids,
    machineId: machine.id,
    machineOwnId: machine.ownId,
    definitionVersion: machine.definitionVersion,
    stateId: initial.id,
    enteredAtMs: atMs,
    timersDoneAtMs: null,
    dueAtMs: null,
    overdueSinceMs: null,
    history: emptyHistory,
    updatedAtMs: atMs,
    finishedAtMs: null,
    keptDays: null,
    version: 1,
  };
  return entered(started, definition, initial.id, atMs);
}

/** The instance as it has come into a state: what counts from there begins anew. */
export function entered(instance: Instance, definition: MachineDefinition, stateId: string, atMs: number): Instance {
  const next = { ...instance, stateId, enteredAtMs: atMs, timersDoneAtMs: null, overdueSinceMs: null };
  const isFinal = stateOf(definition, stateId).isFinal;
  return {
    ...next,
    finishedAtMs: isFinal ? atMs : null,
    keptDays: isFinal ? definition.instancesKeptDays : null,
    dueAtMs: nextTimerAtMs(next, definition),
  };
}

/** The instance as it is saved: one version on, however much one save holds. */
export function saved(instance: Instance): Instance {
  return { ...instance, version: instance.version + 1 };
}

/** Milliseconds since the epoch at which the instance was started. */
export function instanceCreatedAtMs(instance: { id: string }): number {
  return uuid7TimeMs(instance.id);
}

/** True once an instance has come into a final state. */
export function isFinal(instance: Pick<Instance, "finishedAtMs">): boolean {
  return instance.finishedAtMs !== null;
}

/** When a finished instance is forgotten, in milliseconds; null: never, or it is not finished. */
export function instanceExpiresAtMs({ keptDays, finishedAtMs }: Instance): number | null {
  return keptDays === null || finishedAtMs === null
    ? null
    : Math.ceil(finishedAtMs / 1000) * 1000 + keptDays * 86_400_000;
}

/** A state of a definition. @throws Error when there is none: what names it is wrong. */
export function stateOf(definition: MachineDefinition, stateId: string): DefinedState {
  const state = definition.states.find(({ id }) => id === stateId);
  if (state === undefined) throw new Error(`There is no state ${stateId}.`);
  return state;
}

/** What is to happen by itself: a timed action, or the deadline of the state with the action that it has, if any. */
export type Timer = { atMs: number; kind: "action" | "deadline"; actionId: string | null };

/** The timers of the state that an instance is in, in order; at the same time actions come before the deadline. */
export function timersOf(
  { stateId, enteredAtMs }: Pick<Instance, "stateId" | "enteredAtMs">,
  definition: MachineDefinition,
): Timer[] {
  const state = stateOf(definition, stateId);
  if (state.isFinal) return [];
  const timed = definition.actions.flatMap(({ id, fromStates, afterSeconds }): Timer[] =>
    afterSeconds !== null && (fromStates === "*" || fromStates.includes(stateId))
      ? [{ atMs: enteredAtMs + afterSeconds * 1000, kind: "action", actionId: id }]
      : [],
  );
  const { deadline } = state;
  const last: Timer[] =
    deadline === null
      ? []
      : [{ atMs: enteredAtMs + deadline.afterSeconds * 1000, kind: "deadline", actionId: deadline.action }];
  return [...timed, ...last].sort((a, b) => a.atMs - b.atMs);
}

/** When the next timer is due that is not done with; null: there is none. */
export function nextTimerAtMs(
  instance: Pick<Instance, "stateId" | "enteredAtMs" | "timersDoneAtMs">,
  definition: MachineDefinition,
): number | null {
  const doneAtMs = instance.timersDoneAtMs ?? Number.NEGATIVE_INFINITY;
  return timersOf(instance, definition).find(({ atMs }) => atMs > doneAtMs)?.atMs ?? null;
}
