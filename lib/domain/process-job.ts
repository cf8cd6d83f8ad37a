/** Which pending records a job processes; null: any. Times are inclusive, in milliseconds since the epoch. */
export type ProcessJobFilters = {
  category: string | null;
  source: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number;
};

/** What became of the records of a job: `skipped` ones were processed by somebody else meanwhile, or are gone. */
export type ProcessJobCounts = { processed: number; failed: number; skipped: number };

export type ProcessOutcome = keyof ProcessJobCounts;

/**
 * A job that processes pending records in steps. `next` are the records of the step that is due; they are saved before
 * any of them is touched, so that a step done twice finds the same records and counts each once. `position` is where
 * their list goes on (null: it has ended).
 */
export type ProcessJob = {
  id: string;
  filters: ProcessJobFilters;
  status: "running" | "completed";
  next: string[];
  position: unknown;
  counts: ProcessJobCounts;
  updatedAtMs: number;
  version: number;
};

/** A page of records to process next, and where the list goes on. */
export type ListedStep = { ids: string[]; position: unknown };

/** A job that has listed its first step and done nothing yet. It is completed at once when there is nothing to do. */
export function newProcessJob(id: string, filters: ProcessJobFilters, first: ListedStep, nowMs: number): ProcessJob {
  return settle({
    id,
    filters,
    status: "running",
    next: first.ids,
    position: first.position,
    counts: { processed: 0, failed: 0, skipped: 0 },
    updatedAtMs: nowMs,
    version: 1,
  });
}

/** The job after the outcomes of its due step, with the step that follows. */
export function advanceProcessJob(
  job: ProcessJob,
  outcomes: readonly ProcessOutcome[],
  following: ListedStep,
  nowMs: number,
): ProcessJob {
  const counts = { ...job.counts };
  for (const outcome of outcomes) counts[outcome] += 1;
  const { ids: next, position } = following;
  return settle({ ...job, next, position, counts, updatedAtMs: nowMs, version: job.version + 1 });
}

function settle(job: ProcessJob): ProcessJob {
  return job.next.length === 0 && job.position === null ? { ...job, status: "completed" } : job;
}
