import { rotateSecret, withSecretView } from "#contract/routes/subscriptions.ts";
import { withSecret } from "#domain/subscription.ts";
import { api } from "#runtime/api.ts";
import { newSubscriptionSecret } from "#runtime/events/new-secret.ts";
import { resource } from "#runtime/http-answer.ts";
import { loadSubscription, replaceSubscription } from "#store/subscriptions.ts";

export const handler = api(rotateSecret, async (request) => {
  const loaded = await loadSubscription(request.param("id"));
  request.assertIfMatch(loaded.subscription.version);
  const secret = newSubscriptionSecret();
  const next = withSecret(loaded.subscription, secret, request.nowMs);
  const answer = (told: string | null) => resource(200, withSecretView(next, told));
  return request.commit(answer(secret), [replaceSubscription(loaded, next)], answer(null));
});
