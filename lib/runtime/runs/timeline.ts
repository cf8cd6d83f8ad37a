import type { TimelineEntryView } from "#contract/routes/runs.ts";
import { timelineEntryView, triggerView } from "#contract/timeline-view.ts";
import { triggeredAtMs } from "#domain/run.ts";
import { AnswerRoom, answerBytes } from "#runtime/answer-room.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { readOutput } from "./outputs.ts";
import { StepInputs, versionsInForce } from "./step-inputs.ts";

/**
 * The entries of a run's timeline after a number: at most `limit`, and as many as an answer has room for, but one at least.
 * (One fits always: what it was given has 256 KiB at most, and what it put out is what was made of 64 KiB.) What a step was
 * given is not stored: it is filled in again from what the run was given and what the steps before put out.
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
  const room = new AnswerRoom();
  const add = (view: TimelineEntryView): boolean => {
    if (!room.takes(answerBytes(view)) && items.length > 0) return false;
    items.push(view);
    last = view.sequence;
    return true;
  };
  if (after === 0) {
    const definitionVersion = versionsInForce(run, entries).first;
    add(triggerView({ startedAtMs: triggeredAtMs(run), definitionVersion }));
  }
  for (const entry of entries) {
    if (entry.sequence <= last) continue;
    if (items.length >= limit) break;
    const output = entry.type === "step_completed" ? await readOutput(entry.output) : null;
    const input = "step" in entry ? await inputs.of(entry) : null;
    if (!add(timelineEntryView(entry, input, output))) break;
  }
  return { items, last };
}
