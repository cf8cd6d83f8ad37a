import { inParallel } from "#domain/in-parallel.ts";
import { isFinished } from "#domain/run.ts";
import { duenessOf, sweepAtMs, visitAfterMs } from "#domain/run-due.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { environment } from "#store/environment.ts";
import { shardNames } from "#store/keys.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { postponeRun } from "#store/runs.ts";
import { readSweepPosition, readTriggered, saveSweepPosition } from "#store/sweep-position.ts";

/** Heads looked at in one sweep, of each shard; the rest are for the next. */
const headsPerShardMax = 20_000;
const atOnceMax = 10;

/**
 * Looks once at every run when it is old enough that nobody can be creating it still, and gives those that have not ended a
 * place in the index, from where on the sweep looks after them. So only runs that take long, or were lost, ever pay for it.
 */
export async function visitRuns(nowMs: number): Promise<number> {
  const position = await readSweepPosition();
  const shards = shardNames(environment().SHARDS);
  const visits = await Promise.all(shards.map((shard) => visitShard(shard, position.afterIds[shard], nowMs)));
  const moved = visits.filter(({ seen }) => seen > 0);
  if (moved.length > 0) {
    const afterIds = Object.fromEntries(moved.map(({ shard, afterId }) => [shard, afterId]));
    const by = { writeId: newWriteId(), requestId: "sweep" };
    await saveSweepPosition(position, { ...position.afterIds, ...afterIds }, by);
  }
  return moved.reduce((sum, { seen }) => sum + seen, 0);
}

async function visitShard(
  shard: string,
  from: string | undefined,
  nowMs: number,
): Promise<{ shard: string; afterId: string; seen: number }> {
  let afterId = from ?? "";
  let seen = 0;
  for await (const { runs, unreadable, lastId, read } of readTriggered(shard, from, nowMs - visitAfterMs)) {
    if (unreadable.length > 0) logger.error("runs that cannot be read", { run_ids: unreadable });
    await inParallel(runs.filter(needsPlace), atOnceMax, (loaded) => place(loaded, nowMs));
    afterId = lastId;
    seen += read;
    if (seen >= headsPerShardMax) break;
  }
  return { shard, afterId, seen };
}

function needsPlace({ run, due }: LoadedRun): boolean {
  return !isFinished(run) && due === null;
}

/** A run that changed meanwhile is told so by its version: whoever changes it from now on gives it its place. */
async function place(loaded: LoadedRun, nowMs: number): Promise<void> {
  const dueMs = sweepAtMs(loaded.run, nowMs) ?? nowMs;
  const placed = await postponeRun(loaded, dueMs, newWriteId());
  const due = duenessOf(loaded.run, environment().LEASE_EPOCH, nowMs);
  if (placed && due.kind === "due") await sendRun({ ...loaded, run: { ...loaded.run, status: "PENDING" } });
}
