import * as z from "zod";
import { listSecrets as route, secretView } from "#contract/routes/secrets.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { listSecrets } from "#store/secrets.ts";

/** Where a page ended: the last name on it, and how many to skip. */
const positionSchema = z.object({
  after: z.string().default(""),
  skip: z.int().min(0).default(0),
});

export const handler = api(route, async (request) => {
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: null,
    positionSchema,
    read: async ({ after, skip }) => {
      const secrets = await listSecrets();
      const left = secrets.filter(({ name }) => name > after).slice(skip);
      const items = left.slice(0, limit);
      const last = items.at(-1)?.name ?? "";
      return {
        items: items.map(secretView),
        next: left.length > limit ? { after: last, skip: 0 } : null,
        total: secrets.length,
      };
    },
  });
});
