import { dayOf } from "./instant.ts";
import { createdAtMs, type RecordStatus } from "./record.ts";
import type { Tally } from "./tally.ts";

/** How a record is counted: by category and by source. */
export function recordTally(record: { id: string; status: RecordStatus; category: string; source: string }): Tally {
  const { status, category, source } = record;
  return { family: "record", day: dayOf(createdAtMs(record)), status, values: { category, source }, durationMs: null };
}
