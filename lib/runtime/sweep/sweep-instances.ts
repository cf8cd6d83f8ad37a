import { randomUUID } from "node:crypto";
import { currentContext } from "#runtime/request-context.ts";
import { dueBefore } from "#store/due.ts";
import { sendMessage } from "#store/queue.ts";
import { forEachDue } from "./for-each-due.ts";

/** Instances sent in one sweep, of each shard; the rest are for the next. */
const instancesPerShardMax = 250;
/** The sweep comes every minute: what is due until the next one is sent now, and held back by the queue. */
const aheadMs = 75_000;

/** Sends the instances whose timers are due soon, to arrive when they are, and again those that are overdue. */
export async function sweepInstances(nowMs: number): Promise<number> {
  const due = await dueBefore("instance", nowMs + aheadMs, instancesPerShardMax);
  const requestId = currentContext()?.requestId ?? randomUUID();
  await forEachDue("instance", due, ({ id, dueMs }) =>
    sendMessage({ type: "advance_instance", instance_id: id, request_id: requestId }, Math.max(dueMs - nowMs, 0)),
  );
  return due.length;
}
