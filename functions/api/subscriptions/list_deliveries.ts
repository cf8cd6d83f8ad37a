import { deliveryView, listDeliveries as route } from "#contract/routes/deliveries.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { listDeliveries } from "#store/delivery-list.ts";
import { positionSchema } from "#store/list-page.ts";
import { loadSubscription } from "#store/subscriptions.ts";

export const handler = api(route, async (request) => {
  const { subscription } = await loadSubscription(request.param("id"));
  const { limit, offset, cursor, status = null } = request.query();
  const query = { subscriptionId: subscription.id, status };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const { heads, next } = await listDeliveries(query, limit, from, request.nowMs);
      return { items: heads.map(({ delivery }) => deliveryView(delivery)), next, total: null };
    },
  });
});
