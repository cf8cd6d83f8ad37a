type Edge = { from: string; to: string };

/** How many nodes stand side by side. */
const rowLengthMax = 8;
const sweepsMax = 4;

/**
 * Puts the nodes of a graph into rows: each as near to the roots as its edges allow, so that every edge leads one layer
 * down at most, and in a row near to what it is linked with (Sugiyama's barycentres). What no root leads to follows below.
 */
export function graphRows(keys: readonly string[], edges: readonly Edge[], roots: readonly string[]): string[][] {
  const layers = layersOf(keys, edges, roots);
  const linked = new Map(keys.map((key) => [key, [] as string[]]));
  for (const { from, to } of edges) {
    linked.get(from)?.push(to);
    linked.get(to)?.push(from);
  }
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    const down = sweep % 2 === 0;
    for (let step = 1; step < layers.length; step++) {
      const at = down ? step : layers.length - 1 - step;
      layers[at] = ordered(layers[at] ?? [], layers[down ? at - 1 : at + 1] ?? [], linked);
    }
  }
  return layers.flatMap(wrapped);
}

function layersOf(keys: readonly string[], edges: readonly Edge[], roots: readonly string[]): string[][] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const seen = new Set<string>();
  const layers: string[][] = [];
  const walk = (start: readonly string[]) => {
    for (let layer = start.filter((key) => !seen.has(key)); layer.length > 0; ) {
      for (const key of layer) seen.add(key);
      layers.push(layer);
      const below = layer.flatMap((key) => (next.get(key) ?? []).map(({ to }) => to));
      layer = [...new Set(below)].filter((key) => !seen.has(key));
    }
  };
  walk(roots);
  const entered = new Set(edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  walk(keys.filter((key) => !entered.has(key))); // of the rest first what nothing leads to, then rings
  for (const key of keys) walk([key]);
  return layers;
}

/** A layer ordered by the mean place of each node's neighbours in the layer beside it. */
function ordered(layer: readonly string[], beside: readonly string[], linked: ReadonlyMap<string, string[]>): string[] {
  const places = new Map(beside.map((key, index) => [key, index / beside.length]));
  const means = new Map(
    layer.map((key, index) => {
      const near = (linked.get(key) ?? []).flatMap((other) => places.get(other) ?? []);
      const mean = near.reduce((sum, place) => sum + place, 0) / near.length;
      return [key, near.length === 0 ? index / layer.length : mean];
    }),
  );
  return [...layer].sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
}

function wrapped(layer: readonly string[]): string[][] {
  const rows = Math.ceil(layer.length / rowLengthMax);
  const length = Math.ceil(layer.length / rows);
  return Array.from({ length: rows }, (_, row) => layer.slice(row * length, (row + 1) * length));
}
