import type { ShownOutput } from "#contract/run-view.ts";
import type { RunEvent } from "#domain/event.ts";
import type { StoredOutput } from "#domain/journal.ts";
import { stepResults } from "#domain/step-results.ts";
import { logger } from "#runtime/logger.ts";
import { readOutput } from "#runtime/runs/outputs.ts";
import { findDefinition } from "#store/definitions.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readPayloadOf } from "#store/runs.ts";

/** The longest body of an event, in bytes of JSON: an entry on a bus may have 256 KiB. */
export const eventBytesMax = 200 * 1024;

const omitted: ShownOutput = { omitted: true };

/**
 * What is long of an event, read from where it lies; null where it has none. What would be too long is not read; what has
 * been cleared away with its run is left out, too.
 */
export async function contentOf(loaded: LoadedRun, { entry, sequence }: RunEvent): Promise<ShownOutput | null> {
  if (entry === null) return payloadOf(loaded);
  if (entry.type === "step_completed") return outputOf(entry.output);
  return entry.type === "completed" ? resultsOf(loaded, sequence) : null;
}

async function payloadOf(loaded: LoadedRun): Promise<ShownOutput> {
  if ("z" in loaded.payload && loaded.payload.z > eventBytesMax) return omitted;
  const payload = await readPayloadOf(loaded, 0);
  return payload === null ? omitted : { value: payload };
}

async function outputOf(output: StoredOutput): Promise<ShownOutput> {
  if (bytesOf(output) > eventBytesMax) return omitted;
  const value = await readOutput(output);
  return value === null && "objectKey" in output ? omitted : { value };
}

/** The outputs of a run that has ended, by step. */
async function resultsOf({ run }: LoadedRun, sequence: number): Promise<ShownOutput> {
  const entries = (await readJournal(run.id, run.journal)).filter((entry) => entry.sequence <= sequence);
  if (entries.length !== sequence - 1) return omitted; // it has been erased since, and its journal cleared away
  const found = await findDefinition(run.workflowId, run.definitionVersion);
  if (found === null) {
    logger.error("results not told: the run's definition is gone", { run_id: run.id, workflow_id: run.workflowId });
    return omitted;
  }
  const outputs = [...stepResults(run, entries, found.definition)].flatMap(([name, { output }]) =>
    output === null ? [] : [[name, output] as const],
  );
  const bytes = outputs.reduce((sum, [, output]) => sum + bytesOf(output), 0);
  if (bytes > eventBytesMax) return omitted;
  const values = await Promise.all(outputs.map(async ([name, output]) => [name, await outputOf(output)] as const));
  const known = values.flatMap(([name, shown]) => ("value" in shown ? [[name, shown.value] as const] : []));
  return known.length === values.length ? { value: Object.fromEntries(known) } : omitted;
}

function bytesOf(output: StoredOutput): number {
  return "bytes" in output ? output.bytes : Buffer.byteLength(JSON.stringify(output.value) ?? "");
}
