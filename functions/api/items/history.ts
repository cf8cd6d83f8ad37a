import * as z from "zod";
import { itemEventView } from "#contract/item-fields.ts";
import { getItemHistory } from "#contract/routes/items.ts";
import { told } from "#domain/item-history.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { readHistory } from "#store/item-history.ts";
import { loadItemHead } from "#store/items.ts";

/** The version of the last entry seen. */
const positionSchema = z.object({ after: z.int().min(0).default(0), skip: z.int().min(0).default(0) });

export const handler = api(getItemHistory, async (request) => {
  const head = await loadItemHead(request.param("id"));
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: head.sk,
    positionSchema,
    read: async ({ after, skip }) => {
      const { events, before } = await readHistory(head, after + skip);
      const shown = told(events.slice(0, limit), before);
      const last = shown.at(-1)?.version ?? head.v;
      const next = last < head.v ? { after: last, skip: 0 } : null;
      return { items: shown.map(itemEventView), total: head.v, next };
    },
  });
});
