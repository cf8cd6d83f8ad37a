import type { InputText } from "./input-text.ts";
import { ValueSizes } from "./value-sizes.ts";

/** Members of a scope, and what is known of their sizes. */
type Input = { value: Record<string, unknown>; sizes: ValueSizes };

/**
 * A scope that several expressions read, each the members that it names. It is parsed and looked into once, and frozen, so
 * that none can tell what was evaluated before it.
 */
export class SharedScope {
  readonly #sizes = new ValueSizes();
  readonly #members: ReadonlyMap<string, { text: string; value: unknown }>;
  readonly #refusals: ReadonlyMap<string, string>;

  constructor(inputs: Readonly<Record<string, InputText>>) {
    const entries = Object.entries(inputs);
    this.#members = new Map(
      entries.flatMap(([name, input]) =>
        input.ok ? [[name, { text: input.json, value: frozen(JSON.parse(input.json)) }]] : [],
      ),
    );
    for (const { value } of this.#members.values()) this.#sizes.of(value);
    this.#refusals = new Map(entries.flatMap(([name, input]) => (input.ok ? [] : [[name, input.reason]])));
  }

  /** Why what reads these members may not, in words that follow its name; null: it may. */
  refusalOf(names: readonly string[]): string | null {
    return names.map((name) => this.#refusals.get(name)).find((reason) => reason !== undefined) ?? null;
  }

  /** How long members are as JSON text. */
  sizeOf(names: readonly string[]): number {
    return names.reduce((size, name) => size + (this.#members.get(name)?.text.length ?? 0), 0);
  }

  /** Members that cannot be changed. */
  shared(names: readonly string[]): Input {
    return { value: this.#pick(names, ({ value }) => value), sizes: this.#sizes };
  }

  /** Members in a copy for one expression alone, which takes time by their size. */
  copied(names: readonly string[]): Input {
    return { value: this.#pick(names, ({ text }) => JSON.parse(text)), sizes: new ValueSizes() };
  }

  #pick(names: readonly string[], read: (member: { text: string; value: unknown }) => unknown) {
    return Object.fromEntries(
      names.flatMap((name) => {
        const member = this.#members.get(name);
        return member === undefined ? [] : [[name, read(member)]];
      }),
    );
  }
}

/** Unchangeable with all that it holds: nested no deeper than what may be sent here, so a recursion will do. */
function frozen(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
