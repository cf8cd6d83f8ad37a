import type { GraphMove } from "./machine-graph.ts";

/** What the labels in one row may take before another row is begun, in pixels. */
const rowWidthMax = 900;

/** Where the label of a move stands: below a layer of boxes, in which of the rows of labels there. */
export type LabelSlot = { layer: number; row: number };

/**
 * Gives every label a row between two layers of boxes, on the way of all that its move leads from: the emptiest, so that
 * labels spread over the drawing; and for every layer how many rows of labels are below it. A move must lead from one
 * layer to another.
 */
export function labelSlots(
  moves: readonly GraphMove[],
  layerOf: ReadonlyMap<string, number>,
  widthOf: (move: GraphMove) => number,
): { slots: Map<GraphMove, LabelSlot>; counts: Map<number, number> } {
  const ways = moves.map((move) => ({ move, ...wayOf(move, layerOf) }));
  const filled = new Map<number, number>();
  const layers = new Map<GraphMove, number>();
  for (const { move, first, last } of ways.toSorted(
    (one, other) => one.last - one.first - (other.last - other.first),
  )) {
    const layer = emptiest(filled, first, last);
    layers.set(move, layer);
    filled.set(layer, (filled.get(layer) ?? 0) + widthOf(move));
  }
  const counts = new Map([...filled].map(([layer, width]) => [layer, Math.ceil(width / rowWidthMax)]));
  const rowsFilled = new Map([...counts].map(([layer]) => [layer, new Map<number, number>()]));
  const slots = new Map<GraphMove, LabelSlot>();
  for (const move of moves) {
    const layer = layers.get(move) ?? 0;
    const rows = rowsFilled.get(layer) ?? new Map<number, number>();
    const row = emptiest(rows, 0, (counts.get(layer) ?? 1) - 1);
    slots.set(move, { layer, row });
    rows.set(row, (rows.get(row) ?? 0) + widthOf(move));
  }
  return { slots, counts };
}

/** Below which layers a label can stand: between the box that is led to, and the nearest of those above it, or else below it. */
function wayOf({ froms, to }: GraphMove, layerOf: ReadonlyMap<string, number>): { first: number; last: number } {
  const target = layerOf.get(to) ?? 0;
  const layers = froms.map((from) => layerOf.get(from) ?? 0).filter((layer) => layer !== target);
  const above = layers.filter((layer) => layer < target);
  return above.length > 0
    ? { first: Math.max(...above), last: target - 1 }
    : { first: target, last: Math.min(...layers) - 1 };
}

function emptiest(filled: ReadonlyMap<number, number>, first: number, last: number): number {
  let best = first;
  for (let at = first + 1; at <= last; at++) if ((filled.get(at) ?? 0) < (filled.get(best) ?? 0)) best = at;
  return best;
}
