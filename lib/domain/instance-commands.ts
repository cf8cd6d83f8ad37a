import { DomainError } from "./domain-error.ts";
import { type ExecutionDetails, type InstanceHappening, recorded } from "./history.ts";
import { entered, type Instance, isFinal, nextTimerAtMs, timersOf } from "./instance.ts";
import { refusalOf } from "./machine.ts";
import type { DefinedAction, DefinedState, MachineDefinition } from "./machine-definition.ts";

/** What comes with an execution. `runId` is that of the run which the action's hook triggers; null: it has no hook. */
export type Execution = {
  by: string;
  comment: string | null;
  details: ExecutionDetails | null;
  runId: string | null;
};

/**
 * The instance after an action. The version is not raised here: one save may hold several changes.
 *
 * @throws DomainError `state_conflict` when the table of moves does not allow it, saying why.
 */
export function executed(
  instance: Instance,
  definition: MachineDefinition,
  action: DefinedAction,
  execution: Execution,
  nowMs: number,
): Instance {
  const refusal = refusalOf(definition, instance.stateId, action);
  if (refusal !== null) throw new DomainError("state_conflict", refusal.message);
  const happened = happening(instance, nowMs, {
    type: "executed",
    actionId: action.id,
    fromStateId: instance.stateId,
    toStateId: action.toState,
    ...execution,
  });
  return entered(happened, definition, action.toState, nowMs);
}

/** The instance with a comment on it. */
export function commented(instance: Instance, by: string, comment: string, nowMs: number): Instance {
  return happening(instance, nowMs, { type: "commented", by, comment });
}

/** The instance whose state's deadline has passed. */
export function escalated(instance: Instance, deadlineMs: number, nowMs: number): Instance {
  const told = happening(instance, nowMs, { type: "escalated", stateId: instance.stateId });
  return { ...told, overdueSinceMs: deadlineMs };
}

/** The instance after the time of an action came that was refused then. */
export function skipped(instance: Instance, actionId: string, reason: string, nowMs: number): Instance {
  return happening(instance, nowMs, { type: "skipped", actionId, stateId: instance.stateId, reason });
}

/** The instance that is done with the timers up to a time. */
export function timersDone(instance: Instance, definition: MachineDefinition, upToMs: number): Instance {
  const next = { ...instance, timersDoneAtMs: upToMs };
  return { ...next, dueAtMs: nextTimerAtMs(next, definition) };
}

/** To which version an instance is migrated, and which state there stands for its state where the name is another. */
export type Migration = { version: number; definition: MachineDefinition; stateMap: Readonly<Record<string, string>> };

/**
 * The instance as it goes by another version of its definition. It stays in its state, or comes into the one that stands
 * for it, for as long as it has been there. Where the timers of both are the same, what is done with stays so; else those
 * of the new version count from the beginning, so that none is lost.
 *
 * @throws DomainError `state_conflict` when it is finished, or its state has no counterpart, or one that is disabled;
 * `validation_failed` when the map leads to a state that is not there.
 */
export function migrated(
  instance: Instance,
  from: MachineDefinition,
  to: Migration,
  by: string,
  nowMs: number,
): Instance {
  if (isFinal(instance)) {
    throw new DomainError(
      "state_conflict",
      `The instance is in the final state ${instance.stateId}: it stays as it is.`,
    );
  }
  assertStateMap(to);
  const { version: toVersion, definition } = to;
  const state = counterpart(instance, to);
  const { id: toStateId, isFinal: isEnd, deadline } = state;
  const { definitionVersion: fromVersion, stateId: fromStateId, enteredAtMs } = instance;
  const told = happening(instance, nowMs, { type: "migrated", by, fromVersion, toVersion, fromStateId, toStateId });
  const moved = { ...told, definitionVersion: toVersion, stateId: toStateId };
  if (isEnd) return entered(moved, definition, toStateId, nowMs);
  const isOverdue = deadline !== null && enteredAtMs + deadline.afterSeconds * 1000 <= nowMs;
  const next = {
    ...moved,
    overdueSinceMs: isOverdue ? instance.overdueSinceMs : null,
    timersDoneAtMs: haveSameTimers([instance, from], [moved, definition]) ? instance.timersDoneAtMs : null,
  };
  return { ...next, dueAtMs: nextTimerAtMs(next, definition) };
}

/** The state of a version that an instance comes into: the one that the map names, else that of the same id. */
function counterpart({ stateId }: Instance, { version, definition, stateMap }: Migration): DefinedState {
  const wanted = (Object.hasOwn(stateMap, stateId) ? stateMap[stateId] : undefined) ?? stateId;
  const state = definition.states.find(({ id }) => id === wanted);
  if (state === undefined) {
    const message = `Version ${version} has no state ${wanted}: name the one that stands for it in state_map.`;
    throw new DomainError("state_conflict", message);
  }
  if (!state.enabled && wanted !== stateId) {
    throw new DomainError("state_conflict", `State ${wanted} is disabled: enable it, or name another in state_map.`);
  }
  return state;
}

function haveSameTimers(one: [Instance, MachineDefinition], other: [Instance, MachineDefinition]): boolean {
  return JSON.stringify(timersOf(...one)) === JSON.stringify(timersOf(...other));
}

function assertStateMap({ version, definition, stateMap }: Migration): void {
  const known = new Set(definition.states.map(({ id }) => id));
  const errors = Object.entries(stateMap)
    .filter(([, to]) => !known.has(to))
    .map(([from, to]) => ({ path: `state_map.${from}`, message: `version ${version} has no state ${to}` }));
  const [first] = errors;
  if (first !== undefined) throw new DomainError("validation_failed", `${first.path}: ${first.message}`, { errors });
}

function happening(instance: Instance, nowMs: number, what: InstanceHappening): Instance {
  const history = recorded(instance.history, instance.version + 1, nowMs, what);
  return { ...instance, history, updatedAtMs: nowMs };
}
