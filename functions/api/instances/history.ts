import * as z from "zod";
import { historyEntryView } from "#contract/instance-view.ts";
import { getHistory } from "#contract/routes/instances.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { readHistory } from "#store/history.ts";
import { loadInstance } from "#store/instances.ts";

/** The number of the last entry seen; null: none yet. */
const positionSchema = z.object({
  below: z.int().min(1).nullable().default(null),
  skip: z.int().min(0).default(0),
});

export const handler = api(getHistory, async (request) => {
  const loaded = await loadInstance(request.param("id"), request.nowMs);
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: loaded.instance.id,
    positionSchema,
    read: async ({ below, skip }) => {
      const total = loaded.instance.history.count;
      const entries = await readHistory(loaded, (below ?? total + 1) - skip, limit);
      const last = entries.at(-1)?.sequence ?? 1;
      const items = entries.map(historyEntryView);
      return { items, total, next: last > 1 ? { below: last, skip: 0 } : null };
    },
  });
});
