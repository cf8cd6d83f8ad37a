import type { DefinedAction, DefinedState, MachineDefinition } from "#domain/machine-definition.ts";

/** A state with nothing special about it. */
export function madeState(id: string, more: Partial<DefinedState> = {}): DefinedState {
  return {
    id,
    name: id,
    isInitial: false,
    isFinal: false,
    enabled: true,
    description: null,
    deadline: null,
    ...more,
  };
}

/** An action with nothing special about it. */
export function madeAction(
  id: string,
  fromStates: DefinedAction["fromStates"],
  toState: string,
  more: Partial<DefinedAction> = {},
): DefinedAction {
  return {
    id,
    name: id,
    enabled: true,
    fromStates,
    toState,
    description: null,
    guard: null,
    inputSchema: null,
    roles: [],
    afterSeconds: null,
    hook: null,
    ...more,
  };
}

/** A definition of states and actions: draft, review and done, where nothing else is said. */
export function madeDefinition(more: Partial<MachineDefinition> = {}): MachineDefinition {
  return {
    name: "Approval",
    description: null,
    states: [madeState("draft", { isInitial: true }), madeState("review"), madeState("done", { isFinal: true })],
    actions: [madeAction("submit", ["draft"], "review"), madeAction("approve", ["review"], "done")],
    instancesKeptDays: null,
    ...more,
  };
}
