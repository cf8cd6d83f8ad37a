import { limits } from "./limits.ts";
import { lengthOf, ValueSizes } from "./value-sizes.ts";

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
 * the same on every machine, and before memory runs out.
 */
export class CostMeter {
  readonly #operands: ReadonlySet<unknown>;
  readonly #costMax: number;
  readonly #sizes: ValueSizes;
  #cost: number;

  /**
   * @param operands the nodes of the expression whose values are read whole by what they are an operand of
   * @param inputSize the size of the scope
   * @param sizes what was looked into before, which costs nothing any more
   */
  constructor(
    operands: ReadonlySet<unknown>,
    inputSize: number,
    costMax: number = limits.costMax,
    sizes: ValueSizes = new ValueSizes(),
  ) {
    this.#operands = operands;
    this.#cost = inputSize;
    this.#costMax = costMax;
    this.#sizes = sizes;
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
    if (this.#cost > this.#costMax) throw new TooCostly("does more than one expression may");
  }

  #sizeOf(value: unknown): number {
    return this.#sizes.of(value, (cost) => this.#spend(cost));
  }
}

/** True where a node looks at all of its context: a name in an array, and a function without its first argument. */
function readsContext({ type, arguments: given }: MeteredNode, context: unknown): boolean {
  if (type === "name") return Array.isArray(context);
  return type === "wildcard" || (type === "function" && (given?.length === 0 || typeof context === "string"));
}
