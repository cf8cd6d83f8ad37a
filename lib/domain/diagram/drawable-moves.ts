import type { GraphMove } from "./machine-graph.ts";

/** How much a drawing may hold: about as many items in rows and ends of lines, which bounds the work and the size of it. */
const costMax = 16_000;

/** The moves that have room in a drawing, the shortest first. Few machines have any that have none. */
export function drawableMoves(layers: readonly string[][], moves: readonly GraphMove[]): ReadonlySet<GraphMove> {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map((key) => [key, at] as const)));
  const costs = new Map(
    moves.map((move) => {
      const ends = [...move.froms, move.to].map((key) => layerOf.get(key) ?? 0);
      return [move, 2 * (Math.max(...ends) - Math.min(...ends)) + move.froms.length];
    }),
  );
  let left = costMax;
  const drawable = new Set<GraphMove>();
  for (const [move, cost] of [...costs].sort(([, one], [, other]) => one - other)) {
    left -= cost;
    if (left >= 0 && move.froms.length > 0) drawable.add(move);
  }
  return new Set(moves.filter((move) => drawable.has(move)));
}
