/**
 * Numbers in their order, each as near to what it wants to be as the distances between neighbours allow: the least sum of
 * weighted squares, by pooling neighbours that violate the order (isotonic regression).
 *
 * @param distances from each number to the next, at least
 * @param bounds what the first may not be below, and the last not above, if there is room for all between them
 */
export function keptApart(
  wanted: readonly number[],
  weights: readonly number[],
  distances: readonly number[],
  bounds: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): number[] {
  const offsets = [0];
  for (const distance of distances.slice(0, wanted.length - 1)) offsets.push((offsets.at(-1) ?? 0) + distance);
  const pools: { sum: number; weight: number; count: number }[] = [];
  for (const [index, number] of wanted.entries()) {
    const weight = weights[index] ?? 1;
    let pool = { sum: weight * (number - (offsets[index] ?? 0)), weight, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.weight >= pool.sum / pool.weight; last = pools.at(-1)) {
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const [low, high] = [bounds[0], bounds[1] - (offsets.at(-1) ?? 0)];
  const bases = pools.flatMap(({ sum, weight, count }) => Array<number>(count).fill(sum / weight));
  return bases.map((base, index) => Math.max(low, Math.min(high, base)) + (offsets[index] ?? 0));
}
