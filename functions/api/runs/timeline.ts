import * as z from "zod";
import { getTimeline } from "#contract/routes/runs.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { readTimeline } from "#runtime/runs/timeline.ts";
import { loadRun } from "#store/runs.ts";

/** The number of the last entry seen. */
const positionSchema = z.object({ after: z.int().min(0).default(0), skip: z.int().min(0).default(0) });

export const handler = api(getTimeline, async (request) => {
  const loaded = await loadRun(request.param("id"), request.nowMs);
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: loaded.run.id,
    positionSchema,
    read: async ({ after, skip }) => {
      const { items, last } = await readTimeline(loaded, after + skip, limit);
      const total = loaded.run.journal.count;
      return { items, total, next: last < total ? { after: last, skip: 0 } : null };
    },
  });
});
