import type { GraphMove, GraphNode, MachineGraph } from "./machine-graph.ts";

/** How many names a text tells before it counts the rest. */
const namesMax = 5;

/** What a move does, in words: `Cancel: New, Paid → Cancelled`. */
export function moveSaid({ froms, to, actions }: GraphMove, nameOf: ReadonlyMap<string, string>): string {
  const names = actions.map(({ name, enabled }) => (enabled ? name : `${name} (disabled)`));
  return `${names.join(", ")}: ${listed(froms.map((key) => nameOf.get(key) ?? key))} → ${nameOf.get(to)}`;
}

/** What a machine is, in words, for who does not see its drawing. */
export function graphSaid({ nodes, moves }: MachineGraph): string {
  const states = nodes.filter(({ isAny }) => !isAny);
  const count = moves.reduce((sum, { actions }) => sum + actions.length, 0);
  const named = (start: string, some: GraphNode[]) =>
    some.length === 0 ? [] : [`${start} ${listed(some.map(({ name }) => name))}.`];
  return [
    `State machine with ${counted(states.length, "state")} and ${counted(count, "action")}.`,
    ...named(
      "It starts in",
      states.filter(({ isInitial }) => isInitial),
    ),
    ...named(
      "It ends in",
      states.filter(({ isFinal }) => isFinal),
    ),
    ...named(
      "It is now in",
      states.filter(({ isCurrent }) => isCurrent),
    ),
  ].join(" ");
}

function listed(names: readonly string[]): string {
  const more = names.length - namesMax;
  return more > 0 ? `${names.slice(0, namesMax).join(", ")} and ${more} more` : names.join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
