import { limits } from "./limits.ts";

/** What a member of an object costs when the object is new. */
const memberCost = 8;

/** What the meter asks of a node. */
export type MeteredNode = { type: string; arguments?: readonly unknown[] };

/** Thrown when an expression costs more than it may. */
export class TooCostly extends Error {
  constructor(what: string) {
    super(`it ${what}`);
    this.name = "TooCostly";
  }
}

/**
 * Counts what an evaluation costs, as steps taken and sizes read and made, and stops it when that is too much. It counts
 * the same on every machine, and before memory runs out: values that hold one value many times, which are small in memory
 * and huge as text, are found by their size as text.
 */
export class CostMeter {
  readonly #operands: ReadonlySet<unknown>;
  readonly #sizes = new WeakMap<object, number>();
  #cost: number;

  /**
   * @param operands the nodes of the expression whose values are read whole by what they are an operand of
   * @param inputSize the size of the scope
   */
  constructor(operands: ReadonlySet<unknown>, inputSize: number) {
    this.#operands = operands;
    this.#cost = inputSize;
  }

  /** What was spent so far. */
  get cost(): number {
    return this.#cost;
  }

  /** Before a node is evaluated. @throws TooCostly */
  enter(): void {
    this.#spend(limits.stepCost);
  }

  /** After a node was evaluated, in a context, to a result. @throws TooCostly */
  leave(node: MeteredNode, context: unknown, result: unknown): void {
    const size = this.#sizeOf(result);
    if (size > limits.valueSizeMax) throw new TooCostly("makes a value that is too large");
    this.#spend(this.#operands.has(node) ? size : lengthOf(result));
    if (readsContext(node, context)) this.#spend(this.#sizeOf(context));
    // JSONata joins the members of an object by copying what it has so far for each.
    if (node.type === "wildcard") this.#spend(Math.ceil(lengthOf(result) ** 2 / 64));
  }

  #spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > limits.costMax) throw new TooCostly("does more than one expression may");
  }

  /** The size of a value as text, about. Each object is looked into once, however often it is held, and that costs. */
  #sizeOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return lengthOf(value);
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    let size = 1;
    if (Array.isArray(value)) {
      this.#spend(value.length);
      for (const member of value) size += this.#sizeOf(member);
    } else {
      const names = Object.keys(value);
      this.#spend(names.length * memberCost);
      for (const name of names) size += name.length + this.#sizeOf((value as Record<string, unknown>)[name]);
    }
    this.#sizes.set(value, size);
    return size;
  }
}

/** True where a node looks at all of its context: a name in an array, and a function without its first argument. */
function readsContext({ type, arguments: given }: MeteredNode, context: unknown): boolean {
  if (type === "name") return Array.isArray(context);
  return type === "wildcard" || (type === "function" && (given?.length === 0 || typeof context === "string"));
}

/** The length of a text or array, which is what it costs to make another of it. */
function lengthOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length + 1 : 1;
}
