/**
 * What several evaluations, one after another, may cost together. Half of it is dealt out to them in equal shares, so that
 * what costs little is done whatever stands before it; the other half is for whoever comes first, as is what those before
 * left of their shares. It depends on costs alone: the same evaluations always end the same.
 *
 * An evaluation is stopped after it was too much, by as much as its last step took. What all of them overrun by is bounded
 * too, by half as much again; after that nothing is done any more.
 */
export class SharedCost {
  readonly #share: number;
  #left: number;
  #overrunLeft: number;
  #waiting: number;
  #allowed = 0;

  constructor(costMax: number, count: number) {
    this.#share = Math.floor(costMax / 2 / Math.max(count, 1));
    this.#left = costMax;
    this.#overrunLeft = Math.floor(costMax / 2);
    this.#waiting = count;
  }

  /** What the next evaluation may cost; 0: it cannot be done. */
  next(): number {
    this.#waiting -= 1;
    this.#allowed = this.#overrunLeft < 0 ? 0 : this.#left - this.#share * this.#waiting;
    return this.#allowed;
  }

  /** Takes off what the evaluation did cost that was next. */
  spend(cost: number): void {
    const within = Math.min(cost, this.#allowed);
    this.#left -= within;
    this.#overrunLeft -= cost - within;
  }
}
