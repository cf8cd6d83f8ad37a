import type { TimelineEntryView } from "#contract/routes/runs.ts";
import { timelineEntryView, triggerView } from "#contract/timeline-view.ts";
import { triggeredAtMs } from "#domain/run.ts";
import { answerBytesMax } from "#runtime/answer-room.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readOutput } from "./outputs.ts";
import { StepInputs, versionsInForce } from "./step-inputs.ts";

/**
 * The entries of a run's timeline after a number: at most `limit`, and as many as have room for their outputs. What a step
 * was given is not stored: it is filled in again from what the run was given and what the steps before put out.
 */
export async function readTimeline(
  loaded: LoadedRun,
  after: number,
  limit: number,
): Promise<{ items: TimelineEntryView[]; last: number }> {
  const { run } = loaded;
  const entries = await readJournal(run.id, run.journal);
  const inputs = new StepInputs(loaded, entries);
  const items: TimelineEntryView[] = [];
  let last = after;
  if (after === 0) {
    const definitionVersion = versionsInForce(run, entries).first;
    items.push(triggerView({ startedAtMs: triggeredAtMs(run), definitionVersion }));
    last = 1;
  }
  let bytes = 0;
  for (const entry of entries) {
    if (entry.sequence <= last) continue;
    if (items.length >= limit || bytes > answerBytesMax) break;
    const output = entry.type === "step_completed" ? await readOutput(entry.output) : null;
    const input = "step" in entry ? await inputs.of(entry) : null;
    bytes += JSON.stringify([output, input]).length;
    items.push(timelineEntryView(entry, input, output));
    last = entry.sequence;
  }
  return { items, last };
}
