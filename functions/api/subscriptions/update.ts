import { subscriptionView, updateSubscription } from "#contract/routes/subscriptions.ts";
import { editedSubscription } from "#domain/subscription.ts";
import { api } from "#runtime/api.ts";
import { destinationViolations, subscriptionInput } from "#runtime/events/subscription-body.ts";
import { resource } from "#runtime/http-answer.ts";
import { forgetSubscriptions, loadSubscription, replaceSubscription } from "#store/subscriptions.ts";

export const handler = api(updateSubscription, async (request) => {
  const loaded = await loadSubscription(request.param("id"));
  const { enabled = null, ...body } = request.body(destinationViolations);
  const input = await subscriptionInput(body);
  request.assertIfMatch(loaded.subscription.version);
  const next = editedSubscription(loaded.subscription, { ...input, enabled }, request.nowMs);
  const committed = await request.commit(resource(200, subscriptionView(next)), [replaceSubscription(loaded, next)]);
  forgetSubscriptions();
  return committed;
});
