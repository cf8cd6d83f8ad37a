import type { ListedStep } from "#domain/bulk-job.ts";
import type { ListedRun, RedriveFilters } from "#domain/redrive-job.ts";
import { positionSchema } from "#store/list-page.ts";
import { listRuns } from "#store/run-list.ts";

/** Runs of one step. Their ids and versions are kept in the job's item. */
const stepSize = 25;

/** Lists the runs of a job's next step; `position` {} is the start. A step may be short, or empty, while the list goes on. */
export async function listFailed(
  filters: RedriveFilters,
  position: unknown,
  nowMs: number,
): Promise<ListedStep<ListedRun>> {
  if (position === null) return { next: [], position: null };
  const query = { ...filters, status: "FAILED", forward: true } as const;
  const page = await listRuns(query, stepSize, positionSchema.parse(position), nowMs);
  return { next: page.heads.map(({ run: { id, version } }) => ({ id, version })), position: page.next };
}
