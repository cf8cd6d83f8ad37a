import type { RunView } from "#contract/routes/runs.ts";
import { runView, type ShownOutput } from "#contract/run-view.ts";
import type { StoredOutput } from "#domain/journal.ts";
import { type StepResult, stepResults } from "#domain/step-results.ts";
import { AnswerRoom, answerBytes, answerBytesMax } from "#runtime/answer-room.ts";
import { loadDefinition } from "#store/definitions.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readRunPayload } from "#store/runs.ts";
import { readOutputs } from "./outputs.ts";

const omitted: ShownOutput = { omitted: true };

/** A run with all that belongs to it, read as far as it is not in its head. Outputs are shown as far as there is room. */
export async function shownRun(loaded: LoadedRun): Promise<RunView> {
  const { run } = loaded;
  const [definition, payload, entries] = await Promise.all([
    loadDefinition(run.workflowId, run.definitionVersion),
    readRunPayload(loaded),
    readJournal(run.id, run.journal),
  ]);
  const results = stepResults(run, entries, definition);
  const view = (outputs: ReadonlyMap<string, ShownOutput>) => runView(run, definition, payload, results, outputs);
  const none = new Map([...results.keys()].map((name) => [name, omitted]));
  return view(await shownOutputs(results, answerBytesMax - answerBytes(view(none))));
}

/**
 * The outputs as an answer has room for them beside the rest: each stands in it twice. In the order of the steps, each
 * that fits still is shown; a long one is read only where it may fit.
 */
async function shownOutputs(
  results: ReadonlyMap<string, StepResult>,
  bytesLeft: number,
): Promise<Map<string, ShownOutput>> {
  const all = [...results].flatMap(([name, { output }]) => (output === null ? [] : [{ name, output }]));
  const atLeast = new AnswerRoom(bytesLeft);
  const hopeful = all.filter(({ name, output }) => atLeast.takes(bytesTwice(name, leastBytes(output))));
  const values = await readOutputs(hopeful.map(({ output }) => output));
  const room = new AnswerRoom(bytesLeft);
  const outputs = new Map<string, ShownOutput>(all.map(({ name }) => [name, omitted]));
  for (const [at, { name }] of hopeful.entries()) {
    const value = values[at];
    if (room.takes(bytesTwice(name, answerBytes(value)))) outputs.set(name, { value });
  }
  return outputs;
}

function leastBytes(output: StoredOutput): number {
  return "bytes" in output ? output.bytes : answerBytes(output.value);
}

/** In `results` an output has its name before it. */
function bytesTwice(name: string, bytes: number): number {
  return 2 * bytes + answerBytes({ [name]: 0 });
}
