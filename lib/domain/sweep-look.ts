/** How long a message that was sent is given before what it is about counts as overdue. */
export const messageMs = 60_000;

/** The longest that overdue messages are apart. */
const resendMsMax = 900_000;

/**
 * What the sweep does about something it finds. `leave`: a message is on its way, or somebody has it. `move`: nothing is to
 * be sent before its place. `ahead`: its wait was too long for a message, so that none was sent yet. `again`: its message
 * was lost, or its worker died, or the queue is long. `toMs` is its next place, in milliseconds.
 */
export type Look = { kind: "leave" } | { kind: "move" | "ahead" | "again"; toMs: number };

/** Something as the sweep finds it, all in milliseconds. */
export type Found = {
  /** Its place: when it is due, or when its message should have come. */
  dueMs: number;
  /** True when its wait was too long for a message. */
  isUnsent: boolean;
  /** Since when it could have been moved on. */
  sinceMs: number;
};

/** What the sweep does about something that it finds at a time. What is sent is looked after again later. */
export function lookAt({ dueMs, isUnsent, sinceMs }: Found, nowMs: number): Look {
  if (isUnsent) return { kind: "ahead", toMs: Math.max(dueMs, nowMs) + messageMs };
  return dueMs > nowMs ? { kind: "leave" } : { kind: "again", toMs: resendAtMs(sinceMs, nowMs) };
}

/** When to send again for what is overdue: as long again as it could have been moved on, within bounds. So waits double. */
function resendAtMs(sinceMs: number, nowMs: number): number {
  return nowMs + Math.min(Math.max(nowMs - sinceMs, messageMs), resendMsMax);
}
