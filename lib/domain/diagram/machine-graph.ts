import type { MachineDefinition } from "#domain/machine-definition.ts";

/** A state as a diagram shows it; or, with `isAny`, what stands for every state that is not final. */
export type GraphNode = {
  key: string;
  name: string;
  isInitial: boolean;
  isFinal: boolean;
  isAny: boolean;
  isCurrent: boolean;
  enabled: boolean;
};

export type GraphAction = { name: string; enabled: boolean };

/** The actions that lead from the same nodes to the same node; `froms` are in the order of the nodes, each once. */
export type GraphMove = { froms: string[]; to: string; actions: GraphAction[] };

/** What a diagram shows of a machine. Keys are short and plain, whatever the ids of states are; names are one line each. */
export type MachineGraph = { name: string; nodes: GraphNode[]; moves: GraphMove[] };

const anyKey = "any";

/** The graph of a machine. An action that leads from every state is drawn once, from a node that stands for them. */
export function machineGraphOf(definition: MachineDefinition, currentStateId: string | null): MachineGraph {
  const { states, actions } = definition;
  const places = new Map(states.map(({ id }, index) => [id, index]));
  const nodes: GraphNode[] = states.map((state, index) => ({
    key: `s${index}`,
    name: oneLine(state.name),
    isInitial: state.isInitial,
    isFinal: state.isFinal,
    isAny: false,
    isCurrent: state.id === currentStateId,
    enabled: state.enabled,
  }));
  const moves = new Map<string, GraphMove>();
  for (const { name, enabled, fromStates, toState } of actions) {
    const from = fromStates === "*" ? [] : fromStates.flatMap((id) => places.get(id) ?? []);
    const froms = fromStates === "*" ? [anyKey] : [...new Set(from)].sort((a, b) => a - b).map((at) => `s${at}`);
    const to = `s${places.get(toState)}`;
    const move = moves.get(`${froms} ${to}`) ?? { froms, to, actions: [] };
    moves.set(`${froms} ${to}`, move);
    move.actions.push({ name: oneLine(name), enabled });
  }
  const hasAny = actions.some(({ fromStates }) => fromStates === "*");
  return { name: oneLine(definition.name), nodes: hasAny ? [...nodes, anyNode] : nodes, moves: [...moves.values()] };
}

const anyNode: GraphNode = {
  key: anyKey,
  name: "any open state",
  isInitial: false,
  isFinal: false,
  isAny: true,
  isCurrent: false,
  enabled: true,
};

/** A name without what breaks lines or turns the direction of text; what joins an emoji or a ligature stays. */
function oneLine(text: string): string {
  const joined = text.toWellFormed().replaceAll(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
  return joined.replaceAll(/\s+/g, " ").trim() || "?";
}
