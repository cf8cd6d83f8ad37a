import type { StoredOutput } from "#domain/journal.ts";
import { getObject } from "#store/objects.ts";

/** An output, wherever it lies; null when it has been cleared away. */
export async function readOutput(output: StoredOutput): Promise<unknown> {
  if ("value" in output) return output.value;
  const text = await getObject(output.objectKey);
  return text === null ? null : JSON.parse(text);
}

/** Where the long outputs of a run lie. */
export function outputsPrefix(runId: string): string {
  return `runs/${runId}/`;
}
