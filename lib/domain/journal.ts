import type { FailureCause } from "./steps/step-type.ts";

/** A step's output: as it is, or where it lies when it is too long for the table. */
export type StoredOutput = { value: unknown } | { objectKey: string; bytes: number };

/** What happened to a run. Each is an entry of its timeline and an event for those who listen. */
export type Happening =
  | {
      type: "attempt_failed";
      step: string;
      attempt: number;
      startedAtMs: number;
      error: string;
      cause: FailureCause;
      retryAtMs: number;
    }
  | { type: "step_completed"; step: string; attempt: number; startedAtMs: number; output: StoredOutput }
  | { type: "step_failed"; step: string; attempt: number; startedAtMs: number; error: string; continued: boolean }
  | { type: "completed"; status: "SUCCESS" | "FAILED"; error: string | null }
  | { type: "paused" | "resumed" | "cancelled"; by: string }
  | {
      type: "retried";
      by: string;
      fromStep: string;
      ranVersion: number;
      definitionVersion: number;
      payloadEdited: boolean;
    };

/** A happening with its place: the trigger of a run is its first, and every further one has the next number. */
export type JournalEntry = { sequence: number; atMs: number } & Happening;

/**
 * What happened to a run so far. `tail` are the newest entries; older ones lie in chunks, named oldest first. The trigger
 * has sequence 1 and no entry: the run itself says it.
 */
export type Journal = { count: number; tail: readonly JournalEntry[]; chunks: readonly string[] };

/** The journal of a run that has just been triggered. */
export const emptyJournal: Journal = { count: 1, tail: [], chunks: [] };

/** The journal with one more entry. */
export function written(journal: Journal, atMs: number, happening: Happening): Journal {
  const sequence = journal.count + 1;
  return { ...journal, count: sequence, tail: [...journal.tail, { sequence, atMs, ...happening }] };
}
