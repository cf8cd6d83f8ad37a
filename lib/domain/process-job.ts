/** Which pending records a job processes; null: any. Times are inclusive, in milliseconds since the epoch. */
export type ProcessFilters = {
  category: string | null;
  source: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number;
};

/** What became of a record: `skipped` ones were processed by somebody else meanwhile, or are gone. */
export type ProcessOutcome = "processed" | "failed" | "skipped";

/** A page of records to process next, and where their list goes on (null: it has ended). */
export type ListedStep = { ids: string[]; position: unknown };

/**
 * How far a job is that processes pending records in steps. `next` are the records of the step that is due; they are
 * saved before any of them is touched, so that a step done twice finds the same records and counts each once.
 */
export type ProcessState = {
  filters: ProcessFilters;
  next: string[];
  position: unknown;
  counts: Record<ProcessOutcome, number>;
};

/** The state of a job that has listed its first step and done nothing yet. */
export function newProcess(filters: ProcessFilters, first: ListedStep): ProcessState {
  return { filters, next: first.ids, position: first.position, counts: { processed: 0, failed: 0, skipped: 0 } };
}

/** The state after the outcomes of the due step, with the step that follows. */
export function advanceProcess(
  state: ProcessState,
  outcomes: readonly ProcessOutcome[],
  following: ListedStep,
): ProcessState {
  const counts = { ...state.counts };
  for (const outcome of outcomes) counts[outcome] += 1;
  return { ...state, next: following.ids, position: following.position, counts };
}

/** True when nothing is left to do. */
export function isProcessDone(state: ProcessState): boolean {
  return state.next.length === 0 && state.position === null;
}
