import type { CounterPlace } from "./counter-items.ts";

/** What an update adds to a counter. */
export type Addition = { place: CounterPlace; by: number };

/** The parts of an update's expression: what it adds (ADD), what it sets (SET), and what these stand for. */
export type CounterUpdate = {
  add: string[];
  set: string[];
  names: Record<string, string>;
  values: Record<string, number | string>;
};

/**
 * The update that adds to counters of one item, each attribute once: an expression may name it once, and several counters
 * of one name share its label.
 */
export function counterUpdate(additions: readonly Addition[]): CounterUpdate {
  const totals = new Map<string, number>();
  const labels = new Map<string, string>();
  for (const { place, by } of additions) {
    totals.set(place.attribute, (totals.get(place.attribute) ?? 0) + by);
    if (place.label !== null) labels.set(place.label.attribute, place.label.value);
  }
  const [counters, sums] = [[...totals.keys()], [...totals.values()]];
  const [labelled, told] = [[...labels.keys()], [...labels.values()]];
  return {
    add: counters.map((_, at) => `#c${at} :c${at}`),
    set: labelled.map((_, at) => `#l${at} = :l${at}`),
    names: { ...numbered("#c", counters), ...numbered("#l", labelled) },
    values: { ...numbered(":c", sums), ...numbered(":l", told) },
  };
}

function numbered<Value>(prefix: string, values: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(values.map((value, at) => [`${prefix}${at}`, value]));
}
