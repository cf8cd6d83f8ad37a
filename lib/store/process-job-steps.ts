import type { ListedStep, ProcessJobFilters } from "#domain/process-job.ts";
import { listRecords, positionSchema } from "./record-list.ts";

/** Records of one step of a job. Their ids are kept in the job's item. */
const stepSize = 25;

/** Lists the records of a job's next step. A step may be short, or empty, while its list goes on. */
export async function listStep(filters: ProcessJobFilters, position: unknown): Promise<ListedStep> {
  if (position === null) return { ids: [], position: null };
  const query = { ...filters, status: "pending", sortBy: "created_at", forward: true } as const;
  const page = await listRecords(query, stepSize, positionSchema.parse(position));
  return { ids: page.records.map((record) => record.id), position: page.next };
}
