/** How deep it may be nested. A body has 64 levels at most, and so has what is put into it. */
const depthMax = 200;

/** What is no JSON value, or too much of one. The message says so without a subject. */
export class NotJson extends Error {}

/**
 * Copies values that are JSON, within a size for all of them together. A copy shares nothing with its original, so that
 * neither is changed through the other.
 */
export class JsonCopier {
  readonly #bytesMax: number;
  #bytesLeft: number;

  constructor(bytesMax: number, bytesLeft = bytesMax) {
    this.#bytesMax = bytesMax;
    this.#bytesLeft = bytesLeft;
  }

  /** A copier of its own for as much as is left. */
  rest(): JsonCopier {
    return new JsonCopier(this.#bytesMax, this.#bytesLeft);
  }

  /**
   * The copy of a value. Members that are undefined stay so, as JSON leaves them out.
   *
   * @throws NotJson for functions, instances of classes, NaN and the like, and what is too large or too deep.
   */
  copy(value: unknown, depth = 0): unknown {
    return this.mapped(value, depth, (member) => this.copy(member, depth + 1));
  }

  /** As `copy`, with members made by a function: of their value, and the name or index they have. */
  mapped(value: unknown, depth: number, copyMember: (member: unknown, name: string) => unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null) return this.#plain(value);
    if (depth > depthMax) throw new NotJson(`is nested deeper than ${depthMax} levels`);
    this.#spend(2);
    if (Array.isArray(value)) {
      return Array.from(value, (member, index) => {
        this.#spend(1);
        return copyMember(member, String(index));
      });
    }
    if (!isPlain(value)) throw new NotJson("is not a JSON value");
    // Object.fromEntries defines its members, so that one named __proto__ is a member like any other.
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        this.text(name);
        this.#spend(2);
        return [name, copyMember(member, name)];
      }),
    );
  }

  /** A text, counted. @throws NotJson when it is too long, or no Unicode text. */
  text(text: string): string {
    this.assertFits(text.length);
    if (!text.isWellFormed()) throw new NotJson("has a lone surrogate, which is not Unicode text");
    this.#spend(Buffer.byteLength(JSON.stringify(text)));
    return text;
  }

  /** @throws NotJson when so many bytes more would be too many. */
  assertFits(bytes: number): void {
    if (bytes > this.#bytesLeft) throw new NotJson(`is longer than ${this.#bytesMax / 1024} KiB as JSON`);
  }

  #plain(value: unknown): unknown {
    if (value === undefined) return value;
    if (value !== null && typeof value !== "boolean" && !Number.isFinite(value)) {
      throw new NotJson("is not a JSON value");
    }
    this.#spend(String(value).length);
    return value;
  }

  #spend(bytes: number): void {
    this.assertFits(bytes);
    this.#bytesLeft -= bytes;
  }
}

/** True for objects as JSON.parse makes them, in whichever realm, and for those without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
