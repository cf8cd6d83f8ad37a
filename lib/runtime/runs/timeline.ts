import type { TimelineEntryView } from "#contract/routes/runs.ts";
import { timelineEntryView, triggerView } from "#contract/timeline-view.ts";
import type { JournalEntry, StoredOutput } from "#domain/journal.ts";
import { triggeredAtMs } from "#domain/run.ts";
import { AnswerRoom, answerBytes } from "#runtime/answer-room.ts";
import { readJournal } from "#store/journal-chunks.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { KnownOutputs } from "./outputs.ts";
import { StepInputs, versionsInForce } from "./step-inputs.ts";

/** How many entries' outputs are read ahead: about as many long ones as a page has room for. */
const readAheadCount = 50;
/** When a page ends, however short: expressions are evaluated again for it, each in its own time. */
const pageMsMax = 8_000;

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
  const outputs = new KnownOutputs();
  const inputs = new StepInputs(loaded, entries, outputs);
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
    const payload = await inputs.triggerPayload();
    add(triggerView(triggeredAtMs(run), { by: run.triggeredBy, definitionVersion, payload }));
  }
  const following = entries.filter(({ sequence }) => sequence > last).slice(0, limit - items.length);
  const startedAt = performance.now();
  for (const [at, entry] of following.entries()) {
    if (items.length > 0 && performance.now() - startedAt > pageMsMax) break;
    if (at % readAheadCount === 0) await readAhead(following.slice(at, at + readAheadCount), inputs, outputs);
    const output = entry.type === "step_completed" ? await outputs.read(entry.output) : null;
    const input = "step" in entry ? await inputs.of(entry) : null;
    if (!add(timelineEntryView(entry, input, output))) break;
  }
  return { items, last };
}

/** Reads all at once what the next entries need: one after another they would take longer than an answer may. */
async function readAhead(entries: readonly JournalEntry[], inputs: StepInputs, outputs: KnownOutputs): Promise<void> {
  const needed: StoredOutput[] = [];
  for (const entry of entries) {
    if (entry.type === "step_completed") needed.push(entry.output);
    if ("step" in entry) needed.push(...(await inputs.outputsFor(entry)));
  }
  await outputs.readAhead(needed);
}
