import { inParallel } from "#domain/in-parallel.ts";
import type { StoredOutput } from "#domain/journal.ts";
import { getObject } from "#store/objects.ts";

/** How many long outputs are read at once. */
const atOnceMax = 16;

/** An output, wherever it lies; null when it has been cleared away. */
export async function readOutput(output: StoredOutput): Promise<unknown> {
  if ("value" in output) return output.value;
  const text = await getObject(output.objectKey);
  return text === null ? null : JSON.parse(text);
}

/** Outputs, wherever they lie, in their order. */
export function readOutputs(outputs: readonly StoredOutput[]): Promise<unknown[]> {
  return inParallel(outputs, atOnceMax, readOutput);
}

/** Outputs that are asked for again and again: each is read once. */
export class KnownOutputs {
  readonly #values = new Map<string, Promise<unknown>>();

  /** Reads outputs that are about to be asked for, many at once. */
  async readAhead(outputs: readonly StoredOutput[]): Promise<void> {
    await inParallel(outputs, atOnceMax, (output) => this.read(output));
  }

  read(output: StoredOutput): Promise<unknown> {
    if ("value" in output) return readOutput(output);
    const value = this.#values.get(output.objectKey) ?? readOutput(output);
    this.#values.set(output.objectKey, value);
    return value;
  }
}

/** Where the long outputs of a run lie. */
export function outputsPrefix(runId: string): string {
  return `runs/${runId}/`;
}
