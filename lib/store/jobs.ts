import * as z from "zod";
import { ttlAttribute } from "#contract/table-schema.ts";
import { DomainError } from "#domain/domain-error.ts";
import type { Job, JobKind, JobStates } from "#domain/job.ts";
import { parseUuid } from "#domain/uuid7.ts";
import type { NewItem, Write } from "./commit.ts";
import { getItem } from "./get-item.ts";
import { dueMsOf, dueSortKey, jobKey } from "./keys.ts";

/** A running job that has not been saved for this long is overdue: the sweep sends it again. */
const overdueAfterMs = 60_000;
const completedKeptSeconds = 7 * 86_400;

const itemSchema = z.object({
  sk: z.string(),
  v: z.number(),
  w: z.array(z.string()),
  q: z.string(),
  s: z.enum(["running", "completed"]),
  u: z.number(),
  r: z.string().optional(),
  kind: z.enum(["process", "redrive", "verify"]),
  state: z.string(), // the kind's own progress, as JSON text
});

/**
 * A job as it was loaded, with what a write on its condition needs and the request that began it. `dueMs`: when the sweep
 * looks at it; null: never.
 */
export type LoadedJob<Kind extends JobKind = JobKind> = {
  job: Job<Kind>;
  dueMs: number | null;
  writeIds: string[];
  requestId: string;
};

/** The write that creates a job. */
export function insertJob(job: Job): Write {
  return { item: itemOf(job), condition: { absent: true } };
}

/** The write that replaces a loaded job by its next version, if it is still the one that was loaded. */
export function replaceJob(loaded: LoadedJob, next: Job): Write {
  return { item: itemOf(next), condition: { version: loaded.job.version, writeIds: loaded.writeIds } };
}

/** Loads a job of any kind: one consistent read. Null when there is none with this id. */
export async function findJob(idText: string): Promise<LoadedJob | null> {
  const id = parseUuid(idText);
  if (id === null) return null;
  const item = await getItem(jobKey(id));
  return item === undefined ? null : parseJob(item);
}

/** Reads an item as a job. */
export function parseJob(item: Record<string, unknown>): LoadedJob {
  const { sk, v, w, q, s, u, r, kind, state } = itemSchema.parse(item);
  const job: Job = {
    id: sk,
    kind,
    status: s,
    state: JSON.parse(state) as JobStates[JobKind],
    updatedAtMs: u,
    version: v,
  };
  return { job, dueMs: dueMsOf(r ?? ""), writeIds: w, requestId: q };
}

/** Loads a job of one kind. @throws DomainError `resource_not_found` when there is none with this id. */
export async function loadJob<Kind extends JobKind>(id: string, kind: Kind): Promise<Job<Kind>> {
  const loaded = await findJob(id);
  if (loaded?.job.kind !== kind) throw new DomainError("resource_not_found", "Job not found");
  return loaded.job as Job<Kind>;
}

function itemOf(job: Job): NewItem {
  const { id, kind, status, state, updatedAtMs, version } = job;
  const lifetime =
    status === "running"
      ? { r: dueSortKey(updatedAtMs + overdueAfterMs, id) }
      : { [ttlAttribute]: Math.floor(updatedAtMs / 1000) + completedKeptSeconds };
  return { ...jobKey(id), v: version, s: status, u: updatedAtMs, kind, state: JSON.stringify(state), ...lifetime };
}
