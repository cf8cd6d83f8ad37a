import { deleteSubscription as route } from "#contract/routes/subscriptions.ts";
import { api } from "#runtime/api.ts";
import { noContent } from "#runtime/http-answer.ts";
import { deleteSubscription, forgetSubscriptions, loadSubscription } from "#store/subscriptions.ts";

export const handler = api(route, async (request) => {
  const loaded = await loadSubscription(request.param("id"));
  request.assertIfMatch(loaded.subscription.version);
  const committed = await request.commit(noContent(), [deleteSubscription(loaded, request.nowMs)]);
  forgetSubscriptions();
  return committed;
});
