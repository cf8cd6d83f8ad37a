import { eventsAfter, type RunEvent } from "#domain/event.ts";
import type { ItemChange } from "#runtime/stream.ts";
import { journalAfter, readJournal } from "#store/journal-chunks.ts";
import { countedFamilyIn } from "#store/keys.ts";
import { type LoadedRun, parseRun } from "#store/run-head.ts";

/**
 * A change of a run that somebody may have to know of. `told` is how many of its events were there before; `isGone`: it was
 * erased, or has expired.
 */
export type RunChange = { runId: string; requestId: string; loaded: LoadedRun | null; told: number; isGone: boolean };

/** Reads a change of a run's head; null for one that brought no event and left the run there, and for one of anything else. */
export function runChangeOf({ pk, before, after, requestId }: ItemChange): RunChange | null {
  if (countedFamilyIn(pk) !== "run") return null;
  const told = before === null ? null : parseRun(before);
  const loaded = after === null ? null : parseRun(after);
  // What is left of an erased run goes a day later: whatever a late worker wrote since is then cleared as well.
  const isGone = loaded === null && (told !== null || after === null);
  const change = {
    runId: String((after ?? before)?.sk),
    requestId,
    loaded,
    told: told?.run.journal.count ?? 0,
    isGone,
  };
  const isTold = loaded === null || loaded.run.journal.count === change.told;
  return isTold && !isGone ? null : change;
}

/** The events that a change brought. The newest entries may have moved to a chunk when they were saved: then that is read. */
export async function eventsOf({ run }: LoadedRun, told: number): Promise<RunEvent[]> {
  return eventsAfter(told, run, await readJournal(run.id, journalAfter(run.journal, told)));
}
