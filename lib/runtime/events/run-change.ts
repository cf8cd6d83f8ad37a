import { eventsAfter, type RunEvent } from "#domain/event.ts";
import type { ItemChange } from "#runtime/stream.ts";
import { journalAfter, readJournal } from "#store/journal-chunks.ts";
import { countedFamilyIn } from "#store/keys.ts";
import { type LoadedRun, parseRun } from "#store/run-head.ts";

/**
 * A change of a run that somebody may have to know of. `told` is how many of its events were there before; `loaded` null: the
 * run is gone, since it was erased or has expired.
 */
export type RunChange = { runId: string; requestId: string; loaded: LoadedRun | null; told: number };

/** Why changes were not told in full. */
export type Failures = Map<RunChange, unknown>;

/** Why nothing more is begun; null while there is time. */
export type WhyNot = () => Error | null;

/** Reads a change of a run's head; null for one that brought no event and left the run there, and for one of anything else. */
export function runChangeOf({ pk, before, after, requestId }: ItemChange): RunChange | null {
  if (countedFamilyIn(pk) !== "run") return null;
  const loaded = after === null ? null : parseRun(after);
  const change = { runId: String((after ?? before)?.sk), requestId, loaded };
  // What it was need not be read: a run is cleared away even if its head could not be.
  if (loaded === null) return { ...change, told: 0 };
  const told = (before && parseRun(before)?.run.journal.count) ?? 0;
  return loaded.run.journal.count === told ? null : { ...change, told };
}

/** The events that a change brought, and the numbers of those whose entries are not there any more. */
export type Brought = { events: RunEvent[]; missing: number[] };

/** What a change brought. The newest entries may have moved to a chunk when they were saved: then that is read. */
export async function broughtBy({ run }: LoadedRun, told: number): Promise<Brought> {
  const events = eventsAfter(told, run, await readJournal(run.id, journalAfter(run.journal, told)));
  const found = new Set(events.map(({ sequence }) => sequence));
  const all = Array.from({ length: run.journal.count - told }, (_, at) => told + 1 + at);
  return { events, missing: all.filter((sequence) => !found.has(sequence)) };
}
