import { inParallel } from "#domain/in-parallel.ts";
import { isFinished } from "#domain/run.ts";
import { duenessOf, sweepAtMs, visitAfterMs } from "#domain/run-due.ts";
import { newWriteId } from "#runtime/identity.ts";
import { logger } from "#runtime/logger.ts";
import { sendRun } from "#runtime/runs/run-message.ts";
import { environment } from "#store/environment.ts";
import { shardNames } from "#store/keys.ts";
import type { LoadedRun } from "#store/run-head.ts";
import { placeRun } from "#store/runs.ts";
import { readSweepPosition, readTriggered, saveSweepPosition } from "#store/sweep-position.ts";
import { isBusy } from "./is-busy.ts";
import type { SweepTime } from "./sweep-time.ts";

/** Heads looked at in one sweep, of each shard; the rest are for the next. */
const headsPerShardMax = 20_000;
const atOnceMax = 10;

/**
 * Looks once at every run when it is old enough that nobody can be creating it still, and gives those that have not ended a
 * place in the index, from where on the sweep looks after them. So only runs that take long, or were lost, ever pay for it.
 *
 * @throws AggregateError when shards could not be looked through; where they stopped, the next sweep goes on
 */
export async function visitRuns(time: SweepTime): Promise<number> {
  const position = await readSweepPosition();
  const shards = shardNames(environment().SHARDS);
  const visits = await Promise.all(shards.map((shard) => visitShard(shard, position.afterIds[shard], time)));
  const moved = visits.filter(({ seen }) => seen > 0);
  if (moved.length > 0) {
    const afterIds = Object.fromEntries(moved.map(({ shard, afterId }) => [shard, afterId]));
    const by = { writeId: newWriteId(), requestId: "sweep" };
    await saveSweepPosition(position, { ...position.afterIds, ...afterIds }, by);
  }
  const failures = visits.flatMap(({ failure }) => (failure === null ? [] : [failure.error]));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  return moved.reduce((sum, { seen }) => sum + seen, 0);
}

/** How far a shard was looked through, and what kept the sweep from the rest of it; null: nothing. */
type Visit = { shard: string; afterId: string; seen: number; failure: { error: unknown } | null };

/** The position moves on by whole pages, of which every run has its place: one that got none would never be seen again. */
async function visitShard(shard: string, from: string | undefined, { nowMs, isOver }: SweepTime): Promise<Visit> {
  const visit: Visit = { shard, afterId: from ?? "", seen: 0, failure: null };
  try {
    for await (const { runs, unreadable, lastId, read } of readTriggered(shard, from, nowMs - visitAfterMs)) {
      if (unreadable.length > 0) logger.error("runs that cannot be read", { run_ids: unreadable });
      await placeAll(runs.filter(needsPlace), nowMs);
      visit.afterId = lastId;
      visit.seen += read;
      if (visit.seen >= headsPerShardMax || isOver()) break;
    }
  } catch (error) {
    visit.failure = { error };
  }
  return visit;
}

function needsPlace({ run, due }: LoadedRun): boolean {
  return !isFinished(run) && due === null;
}

async function placeAll(runs: readonly LoadedRun[], nowMs: number): Promise<void> {
  const isWithheld = runs.length > 0 && (await isBusy()); // their first messages are likely still in the queue
  await inParallel(runs, atOnceMax, async (loaded) => {
    const isDue = await place(loaded, nowMs);
    if (isDue && !isWithheld) await sendRun({ ...loaded, run: { ...loaded.run, status: "PENDING" } });
  });
}

/**
 * Gives a run its place, and says whether it is to be moved on now. A run that changed meanwhile is told so by its version:
 * whoever changes it from now on gives it its place.
 */
async function place(loaded: LoadedRun, nowMs: number): Promise<boolean> {
  const placed = await placeRun(loaded, sweepAtMs(loaded.run, nowMs) ?? nowMs, newWriteId());
  return placed && duenessOf(loaded.run, environment().LEASE_EPOCH, nowMs).kind === "due";
}
