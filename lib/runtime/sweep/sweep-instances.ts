import { randomUUID } from "node:crypto";
import { type Look, lookAt, messageMs } from "#domain/sweep-look.ts";
import { currentContext } from "#runtime/request-context.ts";
import { moveDue } from "#store/due.ts";
import { type DueInstance, parseDueInstance } from "#store/due-instances.ts";
import { instanceKey } from "#store/keys.ts";
import { type DueFamily, type Swept, sweepDue } from "./sweep-due.ts";
import type { SweepTime } from "./sweep-time.ts";

const instances: DueFamily<DueInstance> = {
  family: "instance",
  keyOf: instanceKey,
  read: parseDueInstance,
  placeMs: ({ placeMs }) => placeMs,
  look,
  move: ({ id, version, timerMs }, dueMs, toMs) =>
    moveDue(instanceKey(id), { version, dueMs }, toMs, timerMs ?? undefined),
  message: ({ id, atMs }) => ({
    message: { type: "advance_instance", instance_id: id, request_id: currentContext()?.requestId ?? randomUUID() },
    atMs,
  }),
};

/** An instance stands at the very time at which it is due; a message that was sent for it has a minute to do its work. */
function look({ atMs, isUnsent, updatedAtMs }: DueInstance, placeMs: number, nowMs: number): Look {
  const isAtItsTime = placeMs === atMs;
  const dueMs = isAtItsTime && !isUnsent ? atMs + messageMs : placeMs;
  return lookAt({ dueMs, isUnsent: isUnsent && isAtItsTime, sinceMs: Math.max(atMs, updatedAtMs) }, nowMs);
}

/** Sends the instances whose timers are due soon, to arrive when they are, and again those that are overdue. */
export function sweepInstances(time: SweepTime): Promise<Swept> {
  return sweepDue(instances, time);
}
