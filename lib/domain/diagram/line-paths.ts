import { type Grid, portWidth } from "./diagram-grid.ts";
import { keptApart } from "./kept-apart.ts";

/** Where a row of a grid is, in pixels from above. */
export type Band = { top: number; bottom: number };

/** The least between two rows, and what is added where lines lead far aside: a flat line is hard to follow. */
const gap = { least: 34, moreMax: 72, morePerPixel: 0.12 };
/** How much of a line is straight where it leaves a row or enters one, for the tip that it may have. */
const straight = 6;

/** Rows as high as what stands in them, with room between them for the lines. */
export function rowBands({ items, rows }: Grid, places: readonly number[]): Band[] {
  let bottom = -gap.least;
  return rows.map((row, at) => {
    const aside = (rows[at - 1] ?? []).flatMap((upper) =>
      (items[upper]?.below ?? []).map((lower) => Math.abs((places[upper] ?? 0) - (places[lower] ?? 0))),
    );
    const more = aside.reduce((most, pixels) => Math.max(most, pixels * gap.morePerPixel), 0);
    const from = bottom + gap.least + Math.round(Math.min(gap.moreMax, more));
    bottom =
      from + row.reduce((most, index) => Math.max(most, items[index]?.height ?? 0, items[index]?.aside.height ?? 0), 0);
    return { top: from, bottom };
  });
}

/**
 * The lines of a grid as SVG paths, each from the border of what it leaves to the border of what it leads to, or to the bend
 * where it meets another: straight through the rows, and aside between them only.
 */
export function linePaths(grid: Grid, places: readonly number[], bands: readonly Band[]): string[] {
  const { items, rows, lines } = grid;
  const ports = portsOf(grid, places);
  const bandOf = new Map(rows.flatMap((row, at) => row.map((index) => [index, bands[at] ?? { top: 0, bottom: 0 }])));
  return lines.map(({ through, isDown }, line) => {
    const step = isDown ? 1 : -1;
    const stops = through.map((index, stop) => {
      const { top, bottom } = bandOf.get(index) ?? { top: 0, bottom: 0 };
      const [middle, reach] = [(top + bottom) / 2, (items[index]?.height ?? 0) / 2];
      const x = ports.get(endKey(line, stop)) ?? places[index] ?? 0;
      const [enter, leave] = isDown ? [top, bottom] : [bottom, top];
      return { x, enter, leave, start: middle + reach * step, end: middle - reach * step };
    });
    let before = stops[0];
    let path = `M${before?.x} ${before?.start}`;
    for (const stop of stops.slice(1)) {
      if (before && before.x !== stop.x) {
        const [leave, enter] = [before.leave + straight * step, stop.enter - straight * step];
        const half = (leave + enter) / 2;
        path += `V${leave}C${before.x} ${half} ${stop.x} ${half} ${stop.x} ${enter}`;
      }
      before = stop;
    }
    return `${path}V${before?.end}`;
  });
}

/**
 * Where lines end at the sides of boxes and labels, as near to where they lead as they have room: at a box each in a place
 * of its own, at a label all that lead to it in one, and the one that leaves it in another.
 */
function portsOf({ items, lines }: Grid, places: readonly number[]): Map<string, number> {
  const sides = new Map<string, Map<string, { toward: number; ends: string[] }>>();
  for (const [line, { through, isDown }] of lines.entries())
    for (const stop of [0, through.length - 1]) {
      const index = through[stop] ?? 0;
      const kind = items[index]?.kind;
      if (kind === "bend") continue;
      const side = `${index} ${isDown === (stop === 0) ? "below" : "above"}`;
      const name = kind === "box" ? endKey(line, stop) : stop === 0 ? "out" : "in";
      const ports = sides.get(side) ?? new Map<string, { toward: number; ends: string[] }>();
      const port = ports.get(name) ?? { toward: places[through[stop === 0 ? 1 : stop - 1] ?? 0] ?? 0, ends: [] };
      port.ends.push(endKey(line, stop));
      sides.set(side, ports.set(name, port));
    }
  const found = new Map<string, number>();
  for (const [side, ports] of sides) {
    const index = Number.parseInt(side, 10);
    const [middle, half] = [places[index] ?? 0, items[index]?.half ?? 0];
    const sorted = [...ports.values()].sort((one, other) => one.toward - other.toward);
    const isAlone = items[index]?.kind === "label" && sorted.length === 1;
    const xs = keptApart(
      sorted.map(({ toward }) => (isAlone ? middle : toward)),
      sorted.map(() => 1),
      sorted.map(() => portWidth),
      [middle - half + portWidth, middle + half - portWidth],
    );
    for (const [at, { ends }] of sorted.entries())
      for (const end of ends) found.set(end, Math.round(isAlone ? middle : (xs[at] ?? middle)));
  }
  return found;
}

function endKey(line: number, stop: number): string {
  return `${line} ${stop}`;
}
