import { diagramGrid, type Reaches } from "./diagram-grid.ts";
import { linePaths, rowBands } from "./line-paths.ts";
import type { GraphMove } from "./machine-graph.ts";
import { orderedRows } from "./row-order.ts";
import { rowPlaces } from "./row-places.ts";

/** Where something is: its middle, how far it reaches from there to a side, and from its top to its bottom, in pixels. */
export type Place = { x: number; y: number; half: number; height: number };

/** Where everything is, from the upper left corner on; a line of a move is an SVG path. */
export type GraphLayout = {
  boxes: ReadonlyMap<string, Place>;
  labels: ReadonlyMap<GraphMove, Place>;
  lines: { move: GraphMove; path: string; hasTip: boolean }[];
  width: number;
  height: number;
};

/**
 * Lays out a graph so that no box or label lies upon another, and no line upon a box. The same graph is always laid out the
 * same, in time bounded by the number of its items (Sugiyama's steps: layers, order, places, lines).
 *
 * @param moves that lead from one layer to another
 */
export function graphLayout(layers: readonly string[][], moves: readonly GraphMove[], reaches: Reaches): GraphLayout {
  const unordered = diagramGrid(layers, moves, reaches);
  const grid = { ...unordered, rows: orderedRows(unordered) };
  const { items, rows, lines } = grid;
  const places = rowPlaces(grid);
  const bands = rowBands(grid, places);
  const paths = linePaths(grid, places, bands);
  const middles = new Map<number, number>();
  for (const [at, row] of rows.entries())
    for (const index of row) middles.set(index, ((bands[at]?.top ?? 0) + (bands[at]?.bottom ?? 0)) / 2);
  const placeOf = (index: number): Place => {
    const { half, height } = items[index] ?? { half: 0, height: 0 };
    return { x: places[index] ?? 0, y: middles.get(index) ?? 0, half, height };
  };
  return {
    boxes: new Map([...grid.boxes].map(([key, index]) => [key, placeOf(index)])),
    labels: new Map([...grid.labels].map(([move, index]) => [move, placeOf(index)])),
    lines: lines.map(({ move, hasTip }, at) => ({ move, path: paths[at] ?? "", hasTip })),
    width: items.reduce((most, { half, aside }, at) => Math.max(most, (places[at] ?? 0) + half + aside.width), 0),
    height: bands.at(-1)?.bottom ?? 0,
  };
}
