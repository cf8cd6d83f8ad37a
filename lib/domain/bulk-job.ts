/** What a job works through next, and where the list of it goes on (null: it has ended). */
export type ListedStep<Listed = string> = { next: Listed[]; position: unknown };

/**
 * How far a job is that does something to all that match, in steps. `next` are those of the step that is due; they are
 * saved before any of them is touched, so that a step done twice finds the same and counts each once.
 */
export type BulkState<Filters, Outcome extends string, Listed = string> = {
  filters: Filters;
  next: Listed[];
  position: unknown;
  counts: Record<Outcome, number>;
};

/** The state of a job that has listed its first step and done nothing yet. */
export function newBulk<Filters, Outcome extends string, Listed>(
  filters: Filters,
  outcomes: readonly Outcome[],
  first: ListedStep<Listed>,
): BulkState<Filters, Outcome, Listed> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  return { filters, next: first.next, position: first.position, counts };
}

/** The state after the outcomes of the due step, with the step that follows. */
export function advancedBulk<Filters, Outcome extends string, Listed>(
  state: BulkState<Filters, Outcome, Listed>,
  outcomes: readonly Outcome[],
  following: ListedStep<Listed>,
): BulkState<Filters, Outcome, Listed> {
  const counts = { ...state.counts };
  for (const outcome of outcomes) counts[outcome] += 1;
  return { ...state, next: following.next, position: following.position, counts };
}

/** True when nothing is left to do. */
export function isBulkDone(state: { next: readonly unknown[]; position: unknown }): boolean {
  return state.next.length === 0 && state.position === null;
}
