import type { JobKind, JobStates } from "#domain/job.ts";
import type { LoadedJob } from "#store/jobs.ts";

/**
 * One step of a kind of job. It may be done twice, by a message that comes twice or late, and only one of them is saved:
 * what it does besides must bear that.
 */
export type JobStep<Kind extends JobKind> = (
  loaded: LoadedJob<Kind>,
  nowMs: number,
) => Promise<{ state: JobStates[Kind]; done: boolean }>;
