import type { Violation } from "./domain-error.ts";

type Members = Readonly<Record<string, unknown>>;

/** From every state that is not final, as `from_states` says it. */
export const everyState = "*";

/**
 * What is wrong with the states and actions of a definition besides their shape: not exactly one initial state, ids that
 * stand twice, and names of states and actions that are not there.
 *
 * @param sent the body as it was sent: what is no state or action is passed over, since its shape is told elsewhere
 */
export function machineViolations(sent: unknown): Violation[] {
  const { states: sentStates, actions: sentActions } = membersOf(sent);
  if (!Array.isArray(sentStates)) return [];
  const states = sentStates.map(membersOf);
  const actions = Array.isArray(sentActions) ? sentActions.map(membersOf) : [];
  const stateIds = new Set(idsOf(states));
  const actionIds = new Set(idsOf(actions));
  return [
    ...initialViolations(states),
    ...nameViolations(states, "states"),
    ...nameViolations(actions, "actions"),
    ...twiceViolations(states, "states"),
    ...twiceViolations(actions, "actions"),
    ...actions.flatMap((action, index) => referenceViolations(action, `actions.${index}`, stateIds)),
    ...states.flatMap((state, index) => deadlineViolations(state, `states.${index}`, actionIds)),
  ];
}

function initialViolations(states: readonly Members[]): Violation[] {
  const initial = states.flatMap((state, index) => (state.is_initial === true ? [index] : []));
  const [first, ...others] = initial;
  if (first === undefined) return [{ path: "states", message: "must hold exactly one initial state: none is initial" }];
  return others.map((index) => ({
    path: `states.${index}.is_initial`,
    message: `is true for states.${first} already: exactly one state must be initial`,
  }));
}

/** Ids stand for members in JSON, as in a `state_map`, where these are refused. */
function nameViolations(parts: readonly Members[], at: string): Violation[] {
  return parts.flatMap(({ id }, index) =>
    id === "__proto__" || id === "constructor"
      ? [{ path: `${at}.${index}.id`, message: `must not be ${id}, which no JSON member here may be called` }]
      : [],
  );
}

function twiceViolations(parts: readonly Members[], at: string): Violation[] {
  const first = new Map<unknown, number>();
  return parts.flatMap(({ id }, index) => {
    const earlier = first.get(id);
    if (typeof id !== "string") return [];
    if (earlier === undefined) first.set(id, index);
    return earlier === undefined ? [] : [{ path: `${at}.${index}.id`, message: `is that of ${at}.${earlier} already` }];
  });
}

function referenceViolations(action: Members, at: string, stateIds: ReadonlySet<string>): Violation[] {
  const { from_states: sentFrom, to_state: to } = action;
  const from: unknown[] = Array.isArray(sentFrom) ? sentFrom : [];
  const isMissing = (id: unknown): id is string => typeof id === "string" && !stateIds.has(id);
  const ofFrom = from.flatMap((id, index) => {
    const path = `${at}.from_states.${index}`;
    if (id === everyState && from.length > 1) return [{ path, message: "means every state: it must stand alone" }];
    return id !== everyState && isMissing(id) ? [{ path, message: `names ${shown(id)}, which is no state` }] : [];
  });
  const ofTo = isMissing(to) ? [{ path: `${at}.to_state`, message: `names ${shown(to)}, which is no state` }] : [];
  return [...ofFrom, ...ofTo];
}

function deadlineViolations(state: Members, at: string, actionIds: ReadonlySet<string>): Violation[] {
  const { action } = membersOf(state.deadline);
  if (typeof action !== "string" || actionIds.has(action)) return [];
  return [{ path: `${at}.deadline.action`, message: `names ${shown(action)}, which is no action` }];
}

function idsOf(parts: readonly Members[]): string[] {
  return parts.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
}

function shown(id: string): string {
  return id.slice(0, 64).toWellFormed();
}

/** The members of an object; none of what is no object. */
function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
