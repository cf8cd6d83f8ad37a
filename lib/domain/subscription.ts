import { DomainError } from "./domain-error.ts";
import type { EventType } from "./event.ts";
import { uuid7TimeMs } from "./uuid7.ts";

/** How many subscriptions there may be: every event is held against each of them. */
export const subscriptionsMax = 100;

/** What a client says of a subscription. */
export type SubscriptionInput = {
  url: string;
  /** null: all. */
  eventTypes: readonly EventType[] | null;
  /** null: those of every workflow. */
  workflowId: string | null;
  description: string | null;
};

/** Who wants to be told of events, and where. Its creation time is in its id. */
export type Subscription = SubscriptionInput & {
  id: string;
  enabled: boolean;
  /** Why it was disabled, if not by a client; null otherwise. */
  disabledReason: string | null;
  /** What signs its deliveries: the newest, and the one before it until the next rotation. */
  secrets: { current: string; previous: string | null };
  updatedAtMs: number;
  version: number;
};

/** What is looked at to tell whether somebody wants an event. */
export type Wanted = { type: EventType; atMs: number; workflowId: string };

/** The subscription as it is when created. */
export function newSubscription(input: SubscriptionInput, id: string, secret: string): Subscription {
  return {
    ...input,
    id,
    enabled: true,
    disabledReason: null,
    secrets: { current: secret, previous: null },
    updatedAtMs: subscribedAtMs({ id }),
    version: 1,
  };
}

/** The subscription with other settings; `enabled` null: as it is. */
export function editedSubscription(
  subscription: Subscription,
  { enabled, ...input }: SubscriptionInput & { enabled: boolean | null },
  nowMs: number,
): Subscription {
  const isOn = enabled ?? subscription.enabled;
  const disabledReason = isOn || enabled !== null ? null : subscription.disabledReason;
  return changed({ ...subscription, ...input, enabled: isOn, disabledReason }, nowMs);
}

/** The subscription with another secret. The one before it signs as well until the next rotation. */
export function withSecret(subscription: Subscription, secret: string, nowMs: number): Subscription {
  const secrets = { current: secret, previous: subscription.secrets.current };
  return changed({ ...subscription, secrets }, nowMs);
}

/** The subscription after its receiver has answered that it is gone for good (410). */
export function goneSubscription(subscription: Subscription, nowMs: number): Subscription {
  const disabledReason = "The receiver answered 410 Gone.";
  return changed({ ...subscription, enabled: false, disabledReason }, nowMs);
}

/** Milliseconds since the epoch at which the subscription was created. */
export function subscribedAtMs(subscription: { id: string }): number {
  return uuid7TimeMs(subscription.id);
}

/** True when the subscription wants an event. It wants none from before it was there, which a replay may bring. */
export function wants(subscription: Subscription, { type, atMs, workflowId }: Wanted): boolean {
  const { enabled, eventTypes } = subscription;
  if (!enabled || atMs < subscribedAtMs(subscription)) return false;
  return wantsOf(subscription, workflowId) && (eventTypes === null || eventTypes.includes(type));
}

/** True when the subscription may want some event of a workflow. */
export function wantsOf({ workflowId: wanted }: Subscription, workflowId: string): boolean {
  return wanted === null || wanted === workflowId;
}

/** @throws DomainError `state_conflict` when there is no room for one subscription more. */
export function assertRoom(count: number): void {
  if (count < subscriptionsMax) return;
  throw new DomainError("state_conflict", `There are ${subscriptionsMax} subscriptions already: delete one first.`);
}

/** @throws DomainError `state_conflict` for a subscription that nothing is sent to. */
export function assertEnabled({ enabled }: Subscription): void {
  if (!enabled) throw new DomainError("state_conflict", "The subscription is disabled: enable it first.");
}

function changed(subscription: Subscription, nowMs: number): Subscription {
  return { ...subscription, updatedAtMs: nowMs, version: subscription.version + 1 };
}
