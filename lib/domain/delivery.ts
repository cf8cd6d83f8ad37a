import type { EventType } from "./event.ts";
import type { HttpResult } from "./http-exchange.ts";
import { retryAfterMs } from "./retry-after.ts";
import { messageDelayMsMax } from "./run-due.ts";
import { uuid7TimeMs } from "./uuid7.ts";

export const deliveryStatuses = ["pending", "delivered", "failed"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** One attempt to deliver. `status` null: there was no answer; `error` null: it was taken. */
export type DeliveryAttempt = { atMs: number; durationMs: number; status: number | null; error: string | null };

/** The delivery of an event to a subscription. The time of the event is in its id. */
export type Delivery = {
  id: string;
  subscriptionId: string;
  eventId: string;
  eventType: EventType;
  /** What is sent: the event as JSON text, the same at every attempt. */
  body: string;
  status: DeliveryStatus;
  /** Attempts made so far. */
  attempts: number;
  /** Those of them since it was created, or sent anew by somebody: the schedule counts these. */
  tries: number;
  /** The newest attempts, oldest first. */
  log: readonly DeliveryAttempt[];
  /** Why it failed for good; null: it did not. */
  error: string | null;
  /** null: there will be none. */
  nextAttemptAtMs: number | null;
  updatedAtMs: number;
  version: number;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * The waits between the attempts of a delivery: the schedule that Standard Webhooks 1.0 suggests
 * (https://www.standardwebhooks.com, "Deliverability and reliability").
 */
const waitsMs = [
  5_000,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];

/** How many attempts are made before a delivery fails: over three days. */
export const deliveryTriesMax = waitsMs.length + 1;
/** A wait is made longer by up to this share, so that deliveries that failed together do not come back together. */
const jitterMax = 0.1;
/** How many attempts the log holds. */
const logMax = 20;
/** How long a message that was sent is given before the delivery counts as overdue. */
export const deliveryMessageMs = 60_000;

/** The delivery as it is created, due at once. */
export function newDelivery(
  delivery: Pick<Delivery, "id" | "subscriptionId" | "eventId" | "eventType" | "body">,
  nowMs: number,
): Delivery {
  return {
    ...delivery,
    status: "pending",
    attempts: 0,
    tries: 0,
    log: [],
    error: null,
    nextAttemptAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  };
}

/** What an attempt came to: taken, worth another one, or not. `retryAfterMs` is how long the receiver asked to be left alone. */
export type AttemptOutcome = {
  kind: "taken" | "failed" | "hopeless";
  status: number | null;
  error: string | null;
  retryAfterMs: number | null; // null: it did not
};

/** Any 2xx is taken. Nothing is worth repeating after a 410 (the receiver is gone for good), or to a forbidden address. */
export function outcomeOf(result: HttpResult, nowMs: number): AttemptOutcome {
  const unanswered = { status: null, retryAfterMs: null } as const;
  switch (result.kind) {
    case "response": {
      const { status } = result;
      if (status >= 200 && status < 300) return { kind: "taken", status, error: null, retryAfterMs: null };
      const kind = status === 410 ? "hopeless" : "failed";
      return { kind, status, error: `answered ${status}`, retryAfterMs: retryAfterMs(result.headers, nowMs) };
    }
    case "timeout":
      return { ...unanswered, kind: "failed", error: `no answer within ${result.afterMs / 1000} seconds` };
    case "network":
      return { ...unanswered, kind: "failed", error: result.reason };
    case "refused":
      return { ...unanswered, kind: "hopeless", error: result.reason };
  }
}

/** The delivery after an attempt: delivered, due again by the schedule or when the receiver asked for it, or failed. */
export function attempted(
  delivery: Delivery,
  { kind, status, error, retryAfterMs }: AttemptOutcome,
  { startedAtMs, nowMs }: { startedAtMs: number; nowMs: number },
): Delivery {
  const attempt = { atMs: startedAtMs, durationMs: nowMs - startedAtMs, status, error };
  const log = [...delivery.log, attempt].slice(-logMax);
  const tries = delivery.tries + 1;
  const next = { ...changed(delivery, nowMs), log, tries, attempts: delivery.attempts + 1 };
  if (kind === "taken") return { ...next, status: "delivered", error: null, nextAttemptAtMs: null };
  const waitMs = kind === "failed" ? waitsMs[tries - 1] : undefined;
  if (waitMs === undefined) return { ...next, status: "failed", error, nextAttemptAtMs: null };
  const jitterMs = Math.round(waitMs * jitterMax * shareOf(next));
  return { ...next, nextAttemptAtMs: nowMs + Math.max(waitMs, retryAfterMs ?? 0) + jitterMs };
}

/** The delivery that is not attempted any more, and why. */
export function abandoned(delivery: Delivery, error: string, nowMs: number): Delivery {
  return { ...changed(delivery, nowMs), status: "failed", error, nextAttemptAtMs: null };
}

/** The delivery due at once, whatever became of it, with the whole schedule before it. */
export function sentAnew(delivery: Delivery, nowMs: number): Delivery {
  return { ...changed(delivery, nowMs), status: "pending", tries: 0, error: null, nextAttemptAtMs: nowMs };
}

/**
 * When the sweep is to look after an undelivered one, in milliseconds; null: never. A wait that a message can bridge is
 * looked after when the message should have come; a longer one ahead of its end.
 */
export function deliverySweepAtMs({ nextAttemptAtMs }: Delivery, nowMs: number): number | null {
  if (nextAttemptAtMs === null) return null;
  return nextAttemptAtMs - nowMs <= messageDelayMsMax ? nextAttemptAtMs + deliveryMessageMs : nextAttemptAtMs;
}

/** Milliseconds since the epoch at which the event happened that is delivered. */
export function eventAtMs(delivery: { id: string }): number {
  return uuid7TimeMs(delivery.id);
}

function changed(delivery: Delivery, nowMs: number): Delivery {
  return { ...delivery, updatedAtMs: nowMs, version: delivery.version + 1 };
}

/** A number from 0 to 1 that is the same for the same delivery and attempt, and differs between deliveries. */
function shareOf({ id, attempts }: Pick<Delivery, "id" | "attempts">): number {
  const seed = Number.parseInt(id.slice(24, 32), 16);
  return ((seed + attempts * 0x9e3779b9) % 0x1_0000_0000) / 0x1_0000_0000;
}
