/** What a job works through next, and where the list of it goes on (null: it has ended). */
export type ListedStep = { ids: string[]; position: unknown };

/**
 * How far a job is that does something to all that match, in steps. `next` are those of the step that is due; they are
 * saved before any of them is touched, so that a step done twice finds the same and counts each once.
 */
export type BulkState<Filters, Outcome extends string> = {
  filters: Filters;
  next: string[];
  position: unknown;
  counts: Record<Outcome, number>;
};

/** The state of a job that has listed its first step and done nothing yet. */
export function newBulk<Filters, Outcome extends string>(
  filters: Filters,
  outcomes: readonly Outcome[],
  first: ListedStep,
): BulkState<Filters, Outcome> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  return { filters, next: first.ids, position: first.position, counts };
}

/** The state after the outcomes of the due step, with the step that follows. */
export function advancedBulk<Filters, Outcome extends string>(
  state: BulkState<Filters, Outcome>,
  outcomes: readonly Outcome[],
  following: ListedStep,
): BulkState<Filters, Outcome> {
  const counts = { ...state.counts };
  for (const outcome of outcomes) counts[outcome] += 1;
  return { ...state, next: following.ids, position: following.position, counts };
}

/** True when nothing is left to do. */
export function isBulkDone(state: { next: readonly string[]; position: unknown }): boolean {
  return state.next.length === 0 && state.position === null;
}
