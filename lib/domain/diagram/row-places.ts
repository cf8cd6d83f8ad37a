import type { Grid, Item } from "./diagram-grid.ts";
import { straightChains } from "./straight-chains.ts";

/** Half of the room between two neighbours, in pixels. */
const room = { box: 18, label: 8, bend: 7 };
/** What a drawing may take for that its lines are straight, in pixels. */
const widthMax = 5_000;
/** How often each chain is moved, if there are few, and how many are moved in all, which bounds the work. */
const passesMax = 60;
const movesMax = 200_000;

/** A chain, what it is linked with, and which chains are next to it, and how far from it at least. */
type Standing = { links: number[]; left: Map<number, number>; right: Map<number, number> };

/**
 * Where the middle of each item is from the left, in pixels: in the order of its row, nowhere nearer to a neighbour than
 * there is room, and as near to what it is linked with as can be. Chains are straight, unless that takes too much room.
 */
export function rowPlaces(grid: Grid): number[] {
  const straight = placesOf(grid, straightChains(grid));
  if (straight.every((place) => place <= widthMax)) return straight;
  const single = grid.items.map((_, index) => [index]);
  return placesOf(grid, single);
}

function placesOf({ items, rows }: Grid, chains: readonly number[][]): number[] {
  const chainOf = items.map(() => 0);
  for (const [chain, indexes] of chains.entries()) for (const index of indexes) chainOf[index] = chain;
  const standings = chains.map((chain): Standing => {
    const linked = chain.flatMap((index) => [...(items[index]?.above ?? []), ...(items[index]?.below ?? [])]);
    const links = linked.map((index) => chainOf[index] ?? 0).filter((other) => other !== chainOf[chain[0] ?? 0]);
    return { links, left: new Map(), right: new Map() };
  });
  for (const row of rows)
    for (const [at, index] of row.slice(1).entries()) {
      const before = row[at] ?? index;
      const [one, other] = [chainOf[before] ?? 0, chainOf[index] ?? 0];
      const distance = Math.max(distanceOf(items[before], items[index]), standings[one]?.right.get(other) ?? 0);
      standings[one]?.right.set(other, distance);
      standings[other]?.left.set(one, distance);
    }
  const toLeft = pushed(standings, "left", "right");
  const toRight = pushed(standings, "right", "left");
  const width = toLeft.reduce((most, place) => Math.max(most, place), 0);
  const places = toLeft.map((place, chain) => (place + width - (toRight[chain] ?? 0)) / 2);
  settle(standings, places);
  const all = chainOf.map((chain) => places[chain] ?? 0);
  const left = items.reduce((least, { half }, index) => Math.min(least, (all[index] ?? 0) - half), width);
  return all.map((place) => Math.round(place - left));
}

/** The least place of each chain if all are pushed to one side. No chain crosses another, so none is waited for in vain. */
function pushed(standings: readonly Standing[], before: "left" | "right", after: "left" | "right"): number[] {
  const places = standings.map(() => 0);
  const waits = standings.map((standing) => standing[before].size);
  const ready = standings.flatMap((_, chain) => (waits[chain] === 0 ? [chain] : []));
  for (const one of ready)
    for (const [other, distance] of standings[one]?.[after] ?? []) {
      places[other] = Math.max(places[other] ?? 0, (places[one] ?? 0) + distance);
      waits[other] = (waits[other] ?? 0) - 1;
      if (waits[other] === 0) ready.push(other);
    }
  return places;
}

/** Moves each chain to the middle of what it is linked with, as far as its neighbours let it, from the left and from the right. */
function settle(standings: readonly Standing[], places: number[]) {
  const passes = Math.max(2, Math.min(passesMax, Math.floor(movesMax / standings.length)));
  const order = [...standings.keys()].filter((chain) => (standings[chain]?.links.length ?? 0) > 0);
  for (let pass = 0; pass < passes; pass++) {
    const sign = pass % 2 === 0 ? 1 : -1;
    order.sort((one, other) => sign * ((places[one] ?? 0) - (places[other] ?? 0)));
    for (const chain of order) {
      const { links, left, right } = standings[chain] ?? { links: [], left: [], right: [] };
      let place = links.reduce((sum, other) => sum + (places[other] ?? 0), 0) / links.length;
      for (const [other, distance] of right) place = Math.min(place, (places[other] ?? 0) - distance);
      for (const [other, distance] of left) place = Math.max(place, (places[other] ?? 0) + distance);
      places[chain] = place;
    }
  }
}

/** From the middle of an item to that of its neighbour to the right, at least. */
function distanceOf(one: Item | undefined, other: Item | undefined): number {
  if (one === undefined || other === undefined) return 0;
  return one.half + one.aside.width + room[one.kind] + other.half + room[other.kind];
}
