import type { BulkState } from "./bulk-job.ts";

/** Which pending records a job processes; null: any. Times are inclusive, in milliseconds since the epoch. */
export type ProcessFilters = {
  category: string | null;
  source: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number;
};

/** What became of a record: `skipped` ones were processed by somebody else meanwhile, or are gone. */
export const processOutcomes = ["processed", "failed", "skipped"] as const;
export type ProcessOutcome = (typeof processOutcomes)[number];

export type ProcessState = BulkState<ProcessFilters, ProcessOutcome>;
