import { DomainError } from "./domain-error.ts";
import { emptyJournal, type Happening, type Journal, written } from "./journal.ts";
import type { Moves } from "./moves.ts";
import { uuid7TimeMs } from "./uuid7.ts";

export const runStatuses = ["PENDING", "RUNNING", "WAITING", "PAUSED", "SUCCESS", "FAILED", "CANCELLED"] as const;
export type RunStatus = (typeof runStatuses)[number];

/**
 * From where to where a run may go. PENDING waits for a worker, RUNNING has one, WAITING waits for a time. A finished run
 * goes on only when it is retried.
 */
export const runMoves: Moves<RunStatus> = {
  PENDING: ["PENDING", "RUNNING", "WAITING", "PAUSED", "SUCCESS", "FAILED", "CANCELLED"],
  RUNNING: ["PENDING", "RUNNING", "WAITING", "PAUSED", "SUCCESS", "FAILED", "CANCELLED"],
  WAITING: ["PENDING", "RUNNING", "WAITING", "PAUSED", "SUCCESS", "FAILED", "CANCELLED"],
  PAUSED: ["PENDING", "RUNNING", "WAITING", "SUCCESS", "FAILED", "CANCELLED"],
  SUCCESS: ["PENDING"],
  FAILED: ["PENDING"],
  CANCELLED: ["PENDING"],
};

const finishedStatuses: readonly RunStatus[] = ["SUCCESS", "FAILED", "CANCELLED"];

/** True once a run has ended, one way or another. */
export function isFinished(run: { status: RunStatus }): boolean {
  return finishedStatuses.includes(run.status);
}

/**
 * A worker's hold on a run. `epoch` names the life of whatever runs workers: a lease of another epoch is over, since
 * nobody is left who could hold it.
 */
export type Lease = { untilMs: number; epoch: string };

/** A run of one version of a workflow. Its creation time, which is when the trigger was accepted, is in its id. */
export type Run = {
  id: string;
  workflowId: string;
  definitionVersion: number;
  /** A word of the caller's own to find the run by; null: none. */
  tag: string | null;
  /** Who triggered it; null: it was triggered before that was kept. */
  triggeredBy: string | null;
  status: RunStatus;
  /** How often the run was retried: a part of the ids its requests carry. */
  generation: number;
  /** The generation that brought its payload; 0: the trigger did. */
  payloadGeneration: number;
  /** The step that is due or under way, counted from 0; as many as there are steps once all are done. */
  step: number;
  /** The attempt of that step that is due or under way, counted from 1. */
  attempt: number;
  /** null: the step has not begun. */
  stepStartedAtMs: number | null;
  /** Nothing is to be done before; null: at once. */
  wakeAtMs: number | null;
  /** Grows with every claim: who holds an older one can write nothing more. */
  fence: number;
  lease: Lease | null;
  /** Claims since the trigger or the last retry: a run that kills its workers comes to an end. */
  claims: number;
  journal: Journal;
  error: string | null;
  updatedAtMs: number;
  /** null: it has not ended. */
  finishedAtMs: number | null;
  /** How many days a finished run is kept; null: for ever. */
  keptDays: number | null;
  version: number;
};

type NewRun = Pick<Run, "id" | "workflowId" | "definitionVersion" | "tag" | "keptDays">;

/** The run as it is when it is triggered. */
export function newRun(run: NewRun & Partial<Pick<Run, "triggeredBy">>): Run {
  return {
    triggeredBy: null,
    ...run,
    status: "PENDING",
    generation: 0,
    payloadGeneration: 0,
    step: 0,
    attempt: 1,
    stepStartedAtMs: null,
    wakeAtMs: null,
    fence: 0,
    lease: null,
    claims: 0,
    journal: emptyJournal,
    error: null,
    updatedAtMs: uuid7TimeMs(run.id),
    finishedAtMs: null,
    version: 1,
  };
}

/**
 * The run in another status, with what happened. The version is not raised here: one save may hold several changes.
 *
 * @throws DomainError `state_conflict` for a move that is not in the table of moves.
 */
export function moved(run: Run, status: RunStatus, nowMs: number, happening: Happening | null): Run {
  if (!runMoves[run.status].includes(status)) {
    throw new DomainError("state_conflict", `A run that is ${run.status} cannot become ${status}.`);
  }
  const journal = happening === null ? run.journal : written(run.journal, nowMs, happening);
  const finishedAtMs = finishedStatuses.includes(status) ? nowMs : null;
  return { ...run, status, journal, updatedAtMs: nowMs, finishedAtMs };
}

/** Milliseconds since the epoch at which the trigger was accepted. */
export function triggeredAtMs(run: { id: string }): number {
  return uuid7TimeMs(run.id);
}

/** A status in any case; null for a text that is none. */
export function parseRunStatus(text: string): RunStatus | null {
  return runStatuses.find((status) => status === text.toUpperCase()) ?? null;
}
