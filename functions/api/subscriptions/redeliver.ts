import { deliveryView, redeliver } from "#contract/routes/deliveries.ts";
import { sentAnew } from "#domain/delivery.ts";
import { assertEnabled } from "#domain/subscription.ts";
import { api } from "#runtime/api.ts";
import { sendDelivery } from "#runtime/events/delivery-message.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadDelivery, replaceDelivery } from "#store/deliveries.ts";
import { loadSubscription } from "#store/subscriptions.ts";

export const handler = api(redeliver, async (request) => {
  const { subscription } = await loadSubscription(request.param("id"));
  const loaded = await loadDelivery(subscription.id, request.param("delivery_id"), request.nowMs);
  request.assertIfMatch(loaded.delivery.version);
  assertEnabled(subscription);
  const next = sentAnew(loaded.delivery, request.nowMs);
  const committed = await request.commit(resource(202, deliveryView(next)), [replaceDelivery(loaded, next)]);
  await sendDelivery(next, request.requestId);
  return committed;
});
