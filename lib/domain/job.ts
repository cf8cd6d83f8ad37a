import type { ProcessState } from "./process-job.ts";
import type { RedriveState } from "./redrive-job.ts";
import type { VerifyState } from "./verify-job.ts";

/** What each kind of job keeps of its progress. */
export type JobStates = { process: ProcessState; redrive: RedriveState; verify: VerifyState };
export type JobKind = keyof JobStates;

/** A long operation done in steps, each saved on the version of the one before. */
export type Job<Kind extends JobKind = JobKind> = {
  id: string;
  kind: Kind;
  status: "running" | "completed";
  state: JobStates[Kind];
  updatedAtMs: number;
  version: number;
};

/** A job that begins; `done` when there is nothing to do. */
export function newJob<Kind extends JobKind>(
  kind: Kind,
  id: string,
  state: JobStates[Kind],
  done: boolean,
  nowMs: number,
): Job<Kind> {
  return { id, kind, status: done ? "completed" : "running", state, updatedAtMs: nowMs, version: 1 };
}

/** The job after a step. */
export function nextJob<Kind extends JobKind>(
  job: Job<Kind>,
  state: JobStates[Kind],
  done: boolean,
  nowMs: number,
): Job<Kind> {
  return { ...job, status: done ? "completed" : "running", state, updatedAtMs: nowMs, version: job.version + 1 };
}
