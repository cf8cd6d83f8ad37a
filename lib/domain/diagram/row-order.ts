import type { Grid } from "./diagram-grid.ts";

const sweepsMax = 12;

/**
 * The rows of a grid with their items in an order in which few lines cross: each item near to what it is linked with in the
 * next row, down and up again, as long as it gets better (Sugiyama's barycentres).
 */
export function orderedRows({ items, rows }: Pick<Grid, "items" | "rows">): number[][] {
  let best = rows.map((row) => [...row]);
  let fewest = crossings(items, best);
  const now = best.map((row) => [...row]);
  for (let sweep = 0; sweep < sweepsMax && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0;
    for (let step = 1; step < now.length; step++) {
      const at = isDown ? step : now.length - 1 - step;
      const places = placesIn(now[isDown ? at - 1 : at + 1] ?? []);
      const row = now[at] ?? [];
      const means = new Map(
        row.map((index, place) => {
          const near = (isDown ? items[index]?.above : items[index]?.below) ?? [];
          const mean = near.reduce((sum, other) => sum + (places.get(other) ?? 0), 0) / near.length;
          return [index, near.length === 0 ? (place + 0.5) / row.length : mean];
        }),
      );
      now[at] = row.toSorted((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
    }
    const count = crossings(items, now);
    if (count < fewest) [best, fewest] = [now.map((row) => [...row]), count];
  }
  return best;
}

/** Where the items of a row stand, from 0 to 1. */
function placesIn(row: readonly number[]): Map<number, number> {
  return new Map(row.map((index, place) => [index, (place + 0.5) / row.length]));
}

/** How many lines cross between all rows, counted with a tree of sums (Fenwick). */
function crossings(items: Grid["items"], rows: readonly number[][]): number {
  let count = 0;
  for (const [at, row] of rows.entries()) {
    const places = new Map((rows[at + 1] ?? []).map((index, place) => [index, place]));
    const sums = new Array<number>(places.size + 1).fill(0);
    let total = 0;
    for (const index of row) {
      const ends = (items[index]?.below ?? []).map((other) => (places.get(other) ?? 0) + 1);
      for (const end of ends) {
        let before = 0;
        for (let node = end; node > 0; node -= node & -node) before += sums[node] ?? 0;
        count += total - before;
      }
      for (const end of ends)
        for (let node = end; node < sums.length; node += node & -node) sums[node] = (sums[node] ?? 0) + 1;
      total += ends.length;
    }
  }
  return count;
}
