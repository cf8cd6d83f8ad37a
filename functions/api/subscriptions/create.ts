import { createSubscription, withSecretView } from "#contract/routes/subscriptions.ts";
import { assertRoom, newSubscription } from "#domain/subscription.ts";
import { api } from "#runtime/api.ts";
import { newSubscriptionSecret } from "#runtime/events/new-secret.ts";
import { destinationViolations, subscriptionInput } from "#runtime/events/subscription-body.ts";
import { resource } from "#runtime/http-answer.ts";
import { newId } from "#runtime/identity.ts";
import { forgetSubscriptions, insertSubscription, readSubscriptions } from "#store/subscriptions.ts";

export const handler = api(createSubscription, async (request) => {
  const input = await subscriptionInput(request.body(destinationViolations));
  const standing = await readSubscriptions();
  assertRoom(standing.all.length);
  const secret = newSubscriptionSecret();
  const subscription = newSubscription(input, newId(request.nowMs), secret);
  const answer = (told: string | null) =>
    resource(201, withSecretView(subscription, told), `/api/v1/subscriptions/${subscription.id}`);
  const committed = await request.commit(answer(secret), insertSubscription(subscription, standing), answer(null));
  forgetSubscriptions();
  return committed;
});
