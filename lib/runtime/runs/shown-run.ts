import type { RunView } from "#contract/routes/runs.ts";
import { runView, type ShownOutput } from "#contract/run-view.ts";
import { stepResults } from "#domain/step-results.ts";
import { loadDefinition } from "#store/definitions.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readRunPayload } from "#store/runs.ts";
import { readOutput } from "./outputs.ts";

/** The outputs in one answer stay under Lambda's 6 MB, with room for the rest. */
export const outputBytesMax = 4_000_000;

/** A run with all that belongs to it, read as far as it is not in its head. */
export async function shownRun(loaded: LoadedRun): Promise<RunView> {
  const { run } = loaded;
  const [definition, payload, entries] = await Promise.all([
    loadDefinition(run.workflowId, run.definitionVersion),
    readRunPayload(loaded),
    readJournal(run.id, run.journal),
  ]);
  const results = stepResults(run, entries, definition);
  const outputs = new Map<string, ShownOutput>();
  let bytes = 0;
  for (const [name, { output }] of results) {
    if (output === null) continue;
    bytes += "value" in output ? 0 : output.bytes;
    outputs.set(name, bytes > outputBytesMax ? { omitted: true } : { value: await readOutput(output) });
  }
  return runView(run, definition, payload, results, outputs);
}
