import { labelSlots } from "./label-slots.ts";
import type { GraphMove } from "./machine-graph.ts";

/** How far something reaches from its middle to a side, and from its top to its bottom; and what stands at its right. */
export type Reach = { half: number; height: number; aside: { width: number; height: number } };

/** How far boxes reach, and labels. */
export type Reaches = { boxes: ReadonlyMap<string, Reach>; labels: ReadonlyMap<GraphMove, Reach> };

/** What stands in a row: the box of a state, the label of a move, or a bend, where a line passes. */
export type Item = Reach & {
  kind: "box" | "label" | "bend";
  /** What lines lead to in the rows next to its own, by index. */
  above: number[];
  below: number[];
};

/**
 * A line from an item to another, through one item of each row between them. It has a tip where it leads to a box, and where
 * it leads to a label from the side on which another line leaves it.
 */
export type Line = { move: GraphMove; through: number[]; isDown: boolean; hasTip: boolean };

/**
 * What is to be drawn, in rows from above. `boxes` and `labels` say which item stands for a node and for a move; `lanes` are
 * the bends and labels, from above, that belong to one line, and the boxes it leads down from and to.
 */
export type Grid = {
  items: Item[];
  rows: number[][];
  lines: Line[];
  boxes: Map<string, number>;
  labels: Map<GraphMove, number>;
  lanes: { through: number[]; from: number | null; to: number | null }[];
};

const noReach: Reach = { half: 0, height: 0, aside: { width: 0, height: 0 } };
/** What the end of a line needs of the side of a box, in pixels. */
export const portWidth = 14;

/**
 * The grid of a graph. A move has one label, in a row between those of boxes: above the box that it leads to if it leads
 * down from anywhere, and otherwise below. From each side of it one line leads to it, which others join on their way.
 *
 * @param moves that lead from one layer to another
 */
export function diagramGrid(layers: readonly string[][], moves: readonly GraphMove[], reaches: Reaches): Grid {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map((key) => [key, at] as const)));
  const { slots, counts } = labelSlots(moves, layerOf, (move) => 2 * (reaches.labels.get(move)?.half ?? 0));
  const starts = [0]; // the row of each layer
  for (const at of layers.keys()) starts.push((starts[at] ?? 0) + 1 + (counts.get(at) ?? 0));
  const rows = Array.from({ length: starts.at(-1) ?? 0 }, () => []);
  const grid: Grid = { items: [], rows, lines: [], boxes: new Map(), labels: new Map(), lanes: [] };
  for (const [key, layer] of layerOf)
    grid.boxes.set(key, stand(grid, "box", starts[layer] ?? 0, reaches.boxes.get(key)));
  for (const move of moves) {
    const { layer, row } = slots.get(move) ?? { layer: 0, row: 0 };
    const labelRow = (starts[layer] ?? 0) + 1 + row;
    grid.labels.set(move, stand(grid, "label", labelRow, reaches.labels.get(move)));
    route(grid, move, labelRow, (key) => starts[layerOf.get(key) ?? 0] ?? 0);
  }
  for (const item of grid.items) {
    const ends = Math.max(item.above.length, item.below.length);
    if (item.kind === "box") item.half = Math.max(item.half, (portWidth * (ends + 1)) / 2);
  }
  return grid;
}

/** Draws a move: from the boxes above its label and from those below, and from the label to the box it leads to. */
function route(grid: Grid, move: GraphMove, labelRow: number, rowOf: (key: string) => number) {
  const label = grid.labels.get(move) ?? 0;
  const target = grid.boxes.get(move.to) ?? 0;
  const isDown = rowOf(move.to) > labelRow;
  const froms = move.froms.map((key) => ({ box: grid.boxes.get(key) ?? 0, row: rowOf(key) }));
  const above = gather(
    grid,
    { move, isDown: true, hasTip: !isDown },
    labelRow,
    froms.filter(({ row }) => row < labelRow),
  );
  const below = gather(
    grid,
    { move, isDown: false, hasTip: isDown },
    labelRow,
    froms.filter(({ row }) => row > labelRow),
  ).toReversed();
  const out = bendsBetween(grid, labelRow, rowOf(move.to));
  draw(grid, { move, through: [label, ...out, target], isDown, hasTip: true });
  const [farthest] = froms.toSorted((one, other) => one.row - other.row);
  if (isDown) grid.lanes.push({ through: [...above, label, ...out], from: farthest?.box ?? null, to: target });
  else grid.lanes.push({ through: [...out.toReversed(), label, ...below], from: null, to: null });
  grid.lanes.push({ through: isDown ? below : above, from: null, to: null });
}

/** Draws a line from the farthest of boxes on one side of a label to it, and from the others to where they meet that line. */
function gather(
  grid: Grid,
  line: Omit<Line, "through">,
  labelRow: number,
  froms: readonly { box: number; row: number }[],
): number[] {
  const distance = ({ row }: { row: number }) => Math.abs(labelRow - row);
  const [farthest, ...others] = froms.toSorted((one, other) => distance(other) - distance(one));
  if (farthest === undefined) return [];
  const label = grid.labels.get(line.move) ?? 0;
  const bends = bendsBetween(grid, farthest.row, labelRow);
  draw(grid, { ...line, through: [farthest.box, ...bends, label] });
  for (const from of others) {
    const bend = bends[distance(farthest) - distance(from)];
    draw(grid, { ...line, through: [from.box, bend ?? label], hasTip: line.hasTip && bend === undefined });
  }
  return bends;
}

function bendsBetween(grid: Grid, first: number, last: number): number[] {
  const step = Math.sign(last - first);
  const bends: number[] = [];
  for (let row = first + step; row !== last; row += step) bends.push(stand(grid, "bend", row));
  return bends;
}

function stand({ items, rows }: Grid, kind: Item["kind"], row: number, reach = noReach): number {
  const index = items.push({ ...reach, kind, above: [], below: [] }) - 1;
  rows[row]?.push(index);
  return index;
}

function draw({ items, lines }: Grid, line: Line) {
  lines.push(line);
  for (const [at, one] of line.through.slice(0, -1).entries()) {
    const next = line.through[at + 1] ?? one;
    const [upper, lower] = line.isDown ? [one, next] : [next, one];
    items[upper]?.below.push(lower);
    items[lower]?.above.push(upper);
  }
}
