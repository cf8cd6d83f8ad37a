/** A map whose entries are forgotten after a time, and which never holds more than so many: the oldest go first. */
export class ExpiringCache<Value> {
  readonly #maxAgeMs: number;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, { value: Value; sinceMs: number }>();

  constructor(options: { maxAgeMs: number; entriesMax: number }) {
    this.#maxAgeMs = options.maxAgeMs;
    this.#entriesMax = options.entriesMax;
  }

  /** What was put under a key less than the time ago. */
  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs - entry.sinceMs < this.#maxAgeMs ? entry.value : undefined;
  }

  set(key: string, value: Value, nowMs: number): void {
    this.#entries.delete(key); // so that it goes to the end
    this.#entries.set(key, { value, sinceMs: nowMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#entriesMax && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
