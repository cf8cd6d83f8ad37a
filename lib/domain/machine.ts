/** A state of a machine. */
export type MachineState = {
  id: string;
  name: string;
  isInitial: boolean;
  isFinal: boolean;
  enabled: boolean;
  description: string | null;
};

/** A move that a machine allows. `fromStates` "*": from every state that is not final. */
export type MachineAction = {
  id: string;
  name: string;
  enabled: boolean;
  fromStates: readonly string[] | "*";
  toState: string;
  description: string | null;
};

/** States, and the actions that lead from one to another: the table of moves of one kind of thing. */
export type Machine<Action extends MachineAction = MachineAction, State extends MachineState = MachineState> = {
  states: readonly State[];
  actions: readonly Action[];
};

/** Why an action is refused where a thing is. */
export type RefusalReason = "final_state" | "wrong_state" | "state_disabled" | "action_disabled" | "target_disabled";

/** A refusal, and a sentence that says how it came to it. */
export type Refusal = { reason: RefusalReason; message: string };

/**
 * Why an action cannot be executed on a thing in a state, by the table alone; null: it can. The first of several reasons
 * is told: a final state before a wrong one, since nothing leads out of it.
 */
export function refusalOf(machine: Machine, stateId: string, action: MachineAction): Refusal | null {
  const state = machine.states.find(({ id }) => id === stateId);
  const target = machine.states.find(({ id }) => id === action.toState);
  const refused = (reason: RefusalReason, message: string) => ({ reason, message });
  if (state === undefined || state.isFinal) {
    return refused("final_state", `State ${stateId} is final: no action leads out of it.`);
  }
  if (!action.enabled) return refused("action_disabled", `Action ${action.id} is disabled.`);
  if (!leadsFrom(action, stateId)) {
    const from = action.fromStates === "*" ? "any state that is not final" : action.fromStates.join(", ");
    return refused("wrong_state", `Action ${action.id} leads from ${from || "nowhere"}, not from ${stateId}.`);
  }
  if (!state.enabled) return refused("state_disabled", `State ${stateId} is disabled.`);
  if (target === undefined || !target.enabled) {
    return refused("target_disabled", `State ${action.toState}, where it leads, is disabled.`);
  }
  return null;
}

/** The actions that the table allows in a state. */
export function allowedActions<Action extends MachineAction>(machine: Machine<Action>, stateId: string): Action[] {
  return machine.actions.filter((action) => refusalOf(machine, stateId, action) === null);
}

/** True when an action leads from a state, whether or not it is enabled. */
export function leadsFrom(action: MachineAction, stateId: string): boolean {
  return action.fromStates === "*" || action.fromStates.includes(stateId);
}
