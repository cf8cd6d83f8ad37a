import type { Violation } from "./domain-error.ts";
import { leadsFrom } from "./machine.ts";
import type { DefinedAction, DefinedState, MachineDefinition } from "./machine-definition.ts";

/** What a definition may say and hardly means: where, and why. It is stored all the same. */
export type Warning = Violation;

/** How many warnings are told of one definition. */
const warningsMax = 100;

/**
 * What of a definition is hardly meant: states that nothing leads to, or out of, or from which no final state can be
 * reached; actions that are never executed; deadlines that come to nothing. At most 100 are told. What is disabled counts
 * as if it were not: it may be enabled again.
 */
export function machineWarnings({ states, actions }: MachineDefinition): Warning[] {
  const open = states.filter(({ isFinal }) => !isFinal);
  const moves = actions.flatMap((action) =>
    open.filter(({ id }) => leadsFrom(action, id)).map(({ id }) => ({ from: id, to: action.toState })),
  );
  const initial = states.filter(({ isInitial }) => isInitial).map(({ id }) => id);
  const final = states.filter(({ isFinal }) => isFinal).map(({ id }) => id);
  const ways: Ways = {
    reached: reachable(initial, moves),
    ending: reachable(
      final,
      moves.map(({ from, to }) => ({ from: to, to: from })),
    ),
    leading: new Set(moves.map(({ from }) => from)),
    anyFinal: final.length > 0,
  };
  const warnings = [
    ...(ways.anyFinal ? [] : [{ path: "states", message: "hold no final state: no instance ever ends" }]),
    ...states.flatMap((state, index) => stateWarnings(state, `states.${index}`, ways, actions)),
    ...actions.flatMap((action, index) => actionWarnings(action, `actions.${index}`, new Set(final))),
    ...endlessTimers(open, actions),
  ];
  return warnings.slice(0, warningsMax);
}

/** Which states the initial one leads to, which lead to a final one, and which have any way out. */
type Ways = {
  reached: ReadonlySet<string>;
  ending: ReadonlySet<string>;
  leading: ReadonlySet<string>;
  anyFinal: boolean;
};

type Move = { from: string; to: string };

function stateWarnings(state: DefinedState, at: string, ways: Ways, actions: readonly DefinedAction[]): Warning[] {
  const { id, isFinal, deadline } = state;
  const isDeadEnd = !isFinal && !ways.leading.has(id);
  const isEndless = ways.anyFinal && !isDeadEnd && !ways.ending.has(id);
  const escalation = actions.find((action) => action.id === deadline?.action);
  const isLost = deadline !== null && !isFinal && escalation !== undefined && !leadsFrom(escalation, id);
  const found: [boolean, string, string][] = [
    [!ways.reached.has(id), at, "is never reached from the initial state"],
    [isDeadEnd, at, "is not final, and no action leads out of it"],
    [isEndless, at, "leads to no final state"],
    [isFinal && deadline !== null, `${at}.deadline`, "is that of a final state, where nothing is overdue"],
    [isLost, `${at}.deadline.action`, `names ${deadline?.action}, which does not lead out of this state`],
  ];
  return found.flatMap(([holds, path, message]) => (holds ? [{ path, message }] : []));
}

function actionWarnings({ fromStates }: DefinedAction, at: string, final: ReadonlySet<string>): Warning[] {
  if (fromStates === "*") return [];
  if (fromStates.length === 0) return [{ path: `${at}.from_states`, message: "is empty: it is never executed" }];
  return fromStates.flatMap((id, index) =>
    final.has(id)
      ? [{ path: `${at}.from_states.${index}`, message: `names ${id}, which is final: no action leads out of it` }]
      : [],
  );
}

/** Timed actions that lead, by time alone, back to where they came from: an instance goes round as long as it lives. */
function endlessTimers(open: readonly DefinedState[], actions: readonly DefinedAction[]): Warning[] {
  const movesOf = (action: DefinedAction) =>
    action.afterSeconds === null
      ? []
      : open.filter(({ id }) => leadsFrom(action, id)).map(({ id }) => ({ from: id, to: action.toState }));
  const moves = actions.flatMap(movesOf);
  return actions.flatMap((action, index) =>
    movesOf(action).some(({ from, to }) => reachable([to], moves).has(from))
      ? [
          {
            path: `actions.${index}.after`,
            message: "leads back by time alone: an instance goes round, and costs, for ever",
          },
        ]
      : [],
  );
}

/** The states that some lead to, themselves among them. */
function reachable(from: readonly string[], moves: readonly Move[]): Set<string> {
  const next = Map.groupBy(moves, (move) => move.from);
  const seen = new Set(from);
  for (const state of seen) for (const { to } of next.get(state) ?? []) seen.add(to); // a set's walk meets what is added
  return seen;
}
