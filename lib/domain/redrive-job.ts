import type { BulkState } from "./bulk-job.ts";

/** Which failed runs a job retries; null: any. Times are inclusive, in milliseconds since the epoch. */
export type RedriveFilters = {
  workflowId: string | null;
  tag: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number;
};

/** What became of a run: `skipped` ones were retried by somebody else meanwhile, are gone, or cannot go on from there. */
export const redriveOutcomes = ["retried", "skipped"] as const;
export type RedriveOutcome = (typeof redriveOutcomes)[number];

/** A failed run as it was listed. One of another version has been somebody's since, if not the job's own. */
export type ListedRun = { id: string; version: number };

export type RedriveState = BulkState<RedriveFilters, RedriveOutcome, ListedRun>;
