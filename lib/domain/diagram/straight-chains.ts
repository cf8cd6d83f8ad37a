import type { Grid } from "./diagram-grid.ts";

/** A box with more lanes that lead down from it stands in the middle above them, and not in line with one. */
const forkMax = 8;

/**
 * All items in chains that can stand in one line from above, as no two of them cross: what belongs to one line, and the
 * boxes that moves lead down to one after another, where they do so on the shortest way. Long chains are broken last.
 */
export function straightChains(grid: Pick<Grid, "items" | "rows" | "lanes">): number[][] {
  const rowOf = new Map(grid.rows.flatMap((row, at) => row.map((index, place) => [index, { at, place }] as const)));
  const kept = grid.rows.map(() => [] as [number, number][]); // below each row, which places are in line
  const chains: number[][] = [];
  for (const joined of joinedLanes(grid)) {
    let chain: number[] = [];
    for (const index of joined) {
      const [upper, lower] = [rowOf.get(chain.at(-1) ?? -1), rowOf.get(index)];
      const links = kept[upper?.at ?? -1] ?? [];
      if (upper === undefined || lower === undefined) chain.push(index);
      else if (links.some(([one, other]) => (one - upper.place) * (other - lower.place) <= 0)) {
        chains.push(chain);
        chain = [index];
      } else {
        links.push([upper.place, lower.place]);
        chain.push(index);
      }
    }
    chains.push(chain);
  }
  const chained = new Set(chains.flat());
  return [...chains, ...grid.items.flatMap((_, index) => (chained.has(index) ? [] : [[index]]))];
}

/** Lanes, joined with the boxes they lead down from and to: with both if they are free, or else with one. The longest first. */
function joinedLanes({ lanes }: Pick<Grid, "lanes">): number[][] {
  const [after, before] = [new Map<number, number[]>(), new Map<number, number[]>()];
  const sorted = lanes.toSorted((one, other) => one.through.length - other.through.length);
  const ofBox = Map.groupBy(lanes, ({ from }) => from);
  const links = sorted.filter(({ through, from, to }) => {
    if (from === null || to === null || after.has(from) || before.has(to)) return true;
    if ((ofBox.get(from)?.length ?? 0) > forkMax) return true;
    after.set(from, [...through, to]);
    before.set(to, []); // it is in the chain of the other box
    return false;
  });
  const joined: number[][] = [];
  for (const { through, from, to } of links) {
    if (to !== null && !before.has(to)) before.set(to, through);
    else if (from !== null && !after.has(from) && (ofBox.get(from)?.length ?? 0) <= forkMax) after.set(from, through);
    else joined.push(through);
  }
  const isFirst = (box: number) => before.get(box)?.length !== 0;
  for (const box of new Set([...after.keys(), ...before.keys()])) {
    if (!isFirst(box)) continue;
    const chain = [...(before.get(box) ?? []), box];
    for (let next = after.get(box); next; next = after.get(chain.at(-1) ?? -1)) chain.push(...next);
    joined.push(chain);
  }
  return joined.filter(({ length }) => length > 0).sort((one, other) => other.length - one.length);
}
