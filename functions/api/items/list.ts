import { itemView } from "#contract/item-fields.ts";
import { listItems as route } from "#contract/routes/items.ts";
import { totalOfItems } from "#domain/item-summary.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { type ItemQuery, listItems } from "#store/item-list.ts";
import { positionSchema } from "#store/list-page.ts";
import { readAllTime } from "#store/read-counters.ts";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, ...filters } = request.query();
  const sortBy = filters.sort_by ?? (filters.title === undefined ? "created_at" : "title");
  const query: ItemQuery = {
    status: filters.status ?? null,
    assignee: filters.assignee ?? null,
    titlePrefix: filters.title ?? null,
    dueBeforeMs: filters.due_before ?? null,
    createdAfterMs: filters.created_after ?? null,
    createdBeforeMs: filters.created_before ?? null,
    sortBy,
    forward: (filters.sort_order ?? (sortBy === "title" ? "asc" : "desc")) === "asc",
  };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const [found, counts] = await Promise.all([listItems(query, limit, from), readAllTime("item")]);
      return { items: found.items.map(itemView), next: found.next, total: totalOfItems(counts.counters, query) };
    },
  });
});
