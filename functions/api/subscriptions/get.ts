import { getSubscription, subscriptionView } from "#contract/routes/subscriptions.ts";
import { api } from "#runtime/api.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadSubscription } from "#store/subscriptions.ts";

export const handler = api(getSubscription, async (request) => {
  const { subscription } = await loadSubscription(request.param("id"));
  return resource(200, subscriptionView(subscription));
});
