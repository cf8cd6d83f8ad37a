import { DomainError } from "./domain-error.ts";
import { allowedActions, type Machine, type MachineAction, type MachineState } from "./machine.ts";
import { uuid7TimeMs } from "./uuid7.ts";

export const itemStatuses = ["CREATED", "IN_PROGRESS", "COMPLETED", "CANCELLED"] as const;
export type ItemStatus = (typeof itemStatuses)[number];

/** What moves a work item from one status to another. */
export type ItemAction = "start" | "complete" | "cancel";

type State = MachineState & { id: ItemStatus };
type Action = MachineAction & { id: ItemAction; toState: ItemStatus };

/** The table of allowed moves of a work item. No move leads back, so that a status is entered once at most. */
export const itemMachine: Machine<Action, State> = {
  states: itemStatuses.map((id) => ({
    id,
    name: id,
    isInitial: id === "CREATED",
    isFinal: id === "COMPLETED" || id === "CANCELLED",
    enabled: true,
    description: null,
  })),
  actions: [
    actionOf("start", ["CREATED"], "IN_PROGRESS"),
    actionOf("complete", ["IN_PROGRESS"], "COMPLETED"),
    actionOf("cancel", "*", "CANCELLED"),
  ],
};

function actionOf(id: ItemAction, fromStates: ItemStatus[] | "*", toState: ItemStatus): Action {
  return { id, name: id, enabled: true, fromStates, toState, description: null };
}

/** What a client says of a work item when it makes one; null: nothing. */
export type ItemInput = {
  title: string;
  description: string | null;
  assignee: string | null;
  dueAtMs: number | null;
};

/** A piece of work with a status. `statusSinceMs`: since when it has its status. */
export type WorkItem = ItemInput & {
  id: string;
  status: ItemStatus;
  statusSinceMs: number;
  updatedAtMs: number;
  version: number;
};

/** What a command changes: only the members that are present. */
export type ItemChange = Partial<ItemInput> & { status?: ItemStatus };

/** The item as it is when created: version 1. Its creation time is in its id. */
export function newItem(input: ItemInput, id: string): WorkItem {
  const createdMs = uuid7TimeMs(id);
  return { ...input, id, status: "CREATED", statusSinceMs: createdMs, updatedAtMs: createdMs, version: 1 };
}

/** Milliseconds since the epoch at which the item was created. */
export function itemCreatedAtMs(item: { id: string }): number {
  return uuid7TimeMs(item.id);
}

/** The status that a text names, in any case; null for none. */
export function parseItemStatus(text: string): ItemStatus | null {
  return itemStatuses.find((status) => status === text.toUpperCase()) ?? null;
}

/** The statuses that an item of this one may be given by an action. */
export function nextStatuses(from: ItemStatus): ItemStatus[] {
  return allowedActions(itemMachine, from).map(({ toState }) => toState);
}

/** The statuses in which an item may be set to this one: what leads there, and itself, since the same again is no move. */
export function sourcesOf(to: ItemStatus): ItemStatus[] {
  return itemStatuses.filter((from) => from === to || nextStatuses(from).includes(to));
}

/** The action that leads to a status; null for the first, where none does. */
export function actionTo(status: ItemStatus): ItemAction | null {
  return itemMachine.actions.find(({ toState }) => toState === status)?.id ?? null;
}

/** The refusal of a move that the table does not have: DomainError `state_conflict`, which names those it has. */
export function refusedMove(from: ItemStatus, to: ItemStatus): DomainError {
  const allowed = nextStatuses(from);
  const message =
    allowed.length === 0
      ? `The item is ${from}, which is final: it cannot become ${to}.`
      : `The item is ${from}: it can become ${allowed.join(" or ")}, not ${to}.`;
  return new DomainError("state_conflict", message);
}
