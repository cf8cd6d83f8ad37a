import type { GraphMove } from "./machine-graph.ts";

/** How many nodes stand side by side. */
const rowLengthMax = 8;
/** How much longer all moves may be for that fewer of them lead up. */
const longerMax = 3;

/** Where each node leads to, besides to itself. */
type Next = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Puts the nodes of a graph into rows, so that no move leads from one node of a row to another, and moves lead down, but for
 * those that close a ring. The root is in the first row, what is linked with nothing is in the last. A row of more than
 * 8 nodes is broken into several.
 *
 * @param root the initial state; null: there is none
 */
export function graphLayers(
  keys: readonly string[],
  moves: readonly Pick<GraphMove, "froms" | "to">[],
  root: string | null,
): string[][] {
  const next = new Map(keys.map((key) => [key, new Set<string>()]));
  for (const { froms, to } of moves) for (const from of froms) if (from !== to) next.get(from)?.add(to);
  const deep = depthsOf(byDepth(keys, next, root), next, root);
  const wide = depthsOf(byDistance(keys, next, root), next, root);
  const depths = lengthOf(deep, next) > longerMax * lengthOf(wide, next) ? wide : deep;
  const linked = new Set([...next].flatMap(([from, to]) => (to.size === 0 ? [] : [from, ...to])));
  const last = Math.max(...depths.values()) + 1;
  const rows = Map.groupBy(keys, (key) => (linked.has(key) || key === root ? (depths.get(key) ?? 0) : last));
  return [...rows].sort(([one], [other]) => one - other).flatMap(([, row]) => broken(row));
}

/**
 * An order in which a move leads back only where it closes a ring, or enters the root: a walk into the depth, with the
 * nodes as they were declared, as that is how people tell a process; what it leaves first comes last.
 */
function byDepth(keys: readonly string[], next: Next, root: string | null): string[] {
  const seen = new Set<string>();
  const left: string[] = [];
  const walk = (key: string) => {
    seen.add(key);
    for (const to of keys) if (next.get(key)?.has(to) && !seen.has(to)) walk(to);
    left.unshift(key);
  };
  for (const key of root === null ? keys : [root, ...keys]) if (!seen.has(key)) walk(key);
  return root === null ? left : [root, ...left.filter((key) => key !== root)];
}

/** An order by how many moves a node is away from the root: more moves lead back in it, but none is as long. */
function byDistance(keys: readonly string[], next: Next, root: string | null): string[] {
  const seen = new Set<string>();
  for (const start of root === null ? keys : [root, ...keys]) {
    if (seen.has(start)) continue;
    const reached = new Set([start]);
    for (const key of reached) for (const to of next.get(key) ?? []) if (!seen.has(to)) reached.add(to);
    for (const key of reached) seen.add(key);
  }
  return [...seen];
}

/** How far below the first row each node is: below all that come before it in the order and are linked with it. */
function depthsOf(order: readonly string[], next: Next, root: string | null): Map<string, number> {
  const places = new Map(order.map((key, place) => [key, place]));
  const below = new Map(order.map((key) => [key, [] as string[]]));
  for (const [from, to] of pairsOf(next)) {
    const [upper, lower] = (places.get(from) ?? 0) < (places.get(to) ?? 0) ? [from, to] : [to, from];
    below.get(upper)?.push(lower);
  }
  const depths = new Map(order.map((key) => [key, 0]));
  for (const key of order) {
    const depth = depths.get(key) ?? 0;
    for (const lower of below.get(key) ?? []) depths.set(lower, Math.max(depths.get(lower) ?? 0, depth + 1));
  }
  const entered = new Set([...below.values()].flat());
  for (const key of order) {
    const under = (below.get(key) ?? []).map((lower) => depths.get(lower) ?? 0);
    // what nothing leads to comes down to where it leads
    if (key !== root && !entered.has(key) && under.length > 0) depths.set(key, Math.min(...under) - 1);
  }
  return depths;
}

function lengthOf(depths: ReadonlyMap<string, number>, next: Next): number {
  return pairsOf(next).reduce((sum, [from, to]) => sum + Math.abs((depths.get(from) ?? 0) - (depths.get(to) ?? 0)), 0);
}

function pairsOf(next: Next): [string, string][] {
  return [...next].flatMap(([from, all]) => [...all].map((to): [string, string] => [from, to]));
}

function broken(row: readonly string[]): string[][] {
  const rows = Math.ceil(row.length / rowLengthMax);
  return Array.from({ length: rows }, (_, at) => row.filter((_key, place) => place % rows === at));
}
