import * as z from "zod";
import { listSubscriptions, subscriptionView } from "#contract/routes/subscriptions.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { readSubscriptions } from "#store/subscriptions.ts";

/** Where a page ended: the last id on it (null: none yet), and how many to skip. */
const positionSchema = z.object({
  before: z.string().nullable().default(null),
  skip: z.int().min(0).default(0),
});

export const handler = api(listSubscriptions, async (request) => {
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: null,
    positionSchema,
    read: async ({ before, skip }) => {
      const { all } = await readSubscriptions();
      const left = all
        .toReversed()
        .filter(({ id }) => before === null || id < before)
        .slice(skip);
      const items = left.slice(0, limit);
      const next = left.length > limit ? { before: items.at(-1)?.id ?? null, skip: 0 } : null;
      return { items: items.map(subscriptionView), next, total: all.length };
    },
  });
});
