import { duenessOf, resendAtMs } from "#domain/run-due.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { type Due, dueBefore } from "#store/due.ts";
import { environment } from "#store/environment.ts";
import { backlog } from "#store/queue.ts";
import { findRun, postponeRun } from "#store/runs.ts";
import { forEachDue } from "./for-each-due.ts";

/** Runs looked after in one sweep, of each shard; the rest are for the next. */
const runsPerShardMax = 250;
/** The sweep comes every minute: what ends until the next one is sent now, and held back by the queue. */
const aheadMs = 75_000;
/** With more messages waiting than this, what seems lost is likely among them. */
const backlogMax = 1_000;

/** Sends the runs whose wait ends soon, to arrive when it does, and again those that should have been moved on by now. */
export async function sweepRuns(nowMs: number): Promise<{ ahead: number; overdue: number }> {
  const due = await dueBefore("run", nowMs + aheadMs, runsPerShardMax);
  const overdue = due.filter(({ dueMs }) => dueMs <= nowMs);
  const ahead = due.filter(({ dueMs }) => dueMs > nowMs);
  await forEachDue("run", ahead, (run) => sendAhead(run, nowMs));
  if (overdue.length > 0 && (await backlog()) > backlogMax) {
    logger.warn("overdue runs wait for the queue", { runs: overdue.length });
    return { ahead: ahead.length, overdue: 0 };
  }
  await forEachDue("run", overdue, (run) => sendAgain(run, nowMs));
  return { ahead: ahead.length, overdue: overdue.length };
}

/** Sends a run whose wait is too long for a message. Others in the index have one that is on its way. */
async function sendAhead({ id, dueMs }: Due, nowMs: number): Promise<void> {
  const loaded = await findRun(id, nowMs);
  if (loaded?.run.wakeAtMs === dueMs) await sendRun(loaded);
}

/** Sends a run that should have been moved on, and looks again later each time. */
async function sendAgain({ id, dueMs }: Due, nowMs: number): Promise<void> {
  const loaded = await findRun(id, nowMs);
  if (loaded === null) return;
  const due = duenessOf(loaded.run, environment().LEASE_EPOCH, nowMs);
  if (due.kind === "held" || due.kind === "rests") return;
  if (due.kind === "due" && !(await postponeRun(loaded, resendAtMs(dueMs, nowMs), newWriteId()))) return;
  await sendRun({ ...loaded, run: { ...loaded.run, status: "PENDING" } });
}
