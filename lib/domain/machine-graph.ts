import type { MachineDefinition } from "./machine-definition.ts";

/** A state as a diagram shows it; or, with `isAny`, what stands for every state that is not final. `label` is cut, `name` is not. */
export type GraphNode = {
  key: string;
  name: string;
  label: string;
  isInitial: boolean;
  isFinal: boolean;
  isAny: boolean;
  isCurrent: boolean;
  enabled: boolean;
};

/** The actions that lead from one node to another. */
export type GraphEdge = { from: string; to: string; actions: { name: string; label: string; enabled: boolean }[] };

/** What a diagram shows of a machine. Keys are short and plain, whatever the ids of states are. */
export type MachineGraph = { name: string; nodes: GraphNode[]; edges: GraphEdge[] };

/** How many columns of text a label may take; a wide character takes two. */
const labelColumnsMax = 20;
const anyKey = "any";

/** The graph of a machine. An action that leads from every state is drawn once, from a node that stands for them. */
export function machineGraphOf(definition: MachineDefinition, currentStateId: string | null): MachineGraph {
  const { states, actions } = definition;
  const keys = new Map(states.map(({ id }, index) => [id, `s${index}`]));
  const nodes: GraphNode[] = states.map((state, index) => ({
    key: `s${index}`,
    ...labelled(state.name),
    isInitial: state.isInitial,
    isFinal: state.isFinal,
    isAny: false,
    isCurrent: state.id === currentStateId,
    enabled: state.enabled,
  }));
  const edges = new Map<string, GraphEdge>();
  for (const { name, enabled, fromStates, toState } of actions) {
    const to = keys.get(toState) ?? "";
    for (const from of fromStates === "*" ? [anyKey] : fromStates.map((id) => keys.get(id) ?? "")) {
      const edge = edges.get(`${from} ${to}`) ?? { from, to, actions: [] };
      edge.actions.push({ ...labelled(name), enabled });
      edges.set(`${from} ${to}`, edge);
    }
  }
  const hasAny = actions.some(({ fromStates }) => fromStates === "*");
  return {
    name: labelled(definition.name).name,
    nodes: hasAny ? [...nodes, anyNode] : nodes,
    edges: [...edges.values()],
  };
}

const anyNode: GraphNode = {
  key: anyKey,
  ...labelled("any open state"),
  isInitial: false,
  isFinal: false,
  isAny: true,
  isCurrent: false,
  enabled: true,
};

/** A name without what turns the direction of text, or breaks lines; and as much of it as a label has room for. */
function labelled(text: string): { name: string; label: string } {
  const name = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").trim() || "?";
  const characters = [...name];
  let columns = 0;
  const end = characters.findIndex((character) => {
    columns += isWide(character) ? 2 : 1;
    return columns > labelColumnsMax;
  });
  return {
    name,
    label:
      end === -1
        ? name
        : `${characters
            .slice(0, end - 1)
            .join("")
            .trimEnd()}…`,
  };
}

function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
    character,
  );
}
