import { recordView, listRecords as route } from "#contract/routes/records.ts";
import { totalOf } from "#domain/summary.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { positionSchema } from "#store/list-page.ts";
import { readAllTime } from "#store/read-counters.ts";
import { listRecords, type RecordQuery } from "#store/record-list.ts";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, ...filters } = request.query();
  const query: RecordQuery = {
    status: filters.status ?? null,
    category: filters.category ?? null,
    source: filters.source ?? null,
    createdAfterMs: filters.created_after ?? null,
    createdBeforeMs: filters.created_before ?? null,
    sortBy: filters.sort_by,
    forward: filters.sort_order === "asc",
  };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const [found, counts] = await Promise.all([
        listRecords(query, limit, from, request.nowMs),
        readAllTime("record"),
      ]);
      return { items: found.records.map(recordView), next: found.next, total: totalOf(counts.counters, query) };
    },
  });
});
