/** What a member of an object costs when the object is new. */
const memberCost = 8;

/**
 * The sizes of values as text, about. Each object is looked into once, however often it is held: values that hold one value
 * many times, which are small in memory and huge as text, are found by their size.
 */
export class ValueSizes {
  readonly #sizes = new WeakMap<object, number>();

  /** @param spend is told what looking into it costs, before it is looked into, and may throw */
  of(value: unknown, spend: (cost: number) => void = () => {}): number {
    if (typeof value !== "object" || value === null) return lengthOf(value);
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    let size = 1;
    if (Array.isArray(value)) {
      spend(value.length);
      for (const member of value) size += this.of(member, spend);
    } else {
      const names = Object.keys(value);
      spend(names.length * memberCost);
      for (const name of names) size += name.length + this.of((value as Record<string, unknown>)[name], spend);
    }
    this.#sizes.set(value, size);
    return size;
  }
}

/** The length of a text or array, which is what it costs to make another of it. */
export function lengthOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length + 1 : 1;
}
