/**
 * Lambda takes 6 MB (6,291,456 bytes) from a function. What is said of steps and entries stays below with room for the
 * headers; beyond, API Gateway would answer 500, each time anew.
 */
export const answerBytesMax = 5_500_000;

/** What an answer has room for still. */
export class AnswerRoom {
  #bytesLeft: number;

  constructor(bytes = answerBytesMax) {
    this.#bytesLeft = bytes;
  }

  /** Takes so many bytes where there is room for them; false, and nothing is taken, where there is none. */
  takes(bytes: number): boolean {
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    return true;
  }
}

/**
 * How many bytes a JSON value has in what Lambda takes. There the body is a JSON text in a JSON document: each quote and
 * backslash of it is escaped once more, so that a value may have twice as many as in the body.
 */
export function answerBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value) ?? ""));
}
