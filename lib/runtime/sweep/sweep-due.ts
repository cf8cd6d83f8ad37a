import type { QueueMessage } from "#contract/queue-messages.ts";
import { inParallel } from "#domain/in-parallel.ts";
import type { Look } from "#domain/sweep-look.ts";
import { logger } from "#runtime/logger.ts";
import { type Due, dueWithin, type Round } from "#store/due.ts";
import { getMany } from "#store/get-many.ts";
import type { Key, ShardedFamily } from "#store/keys.ts";
import { sendDelayed } from "#store/queue.ts";
import { isBusy } from "./is-busy.ts";
import type { SweepTime } from "./sweep-time.ts";

/** The sweep comes every minute: what is due until the next one is sent now, and held back by the queue. */
const aheadMs = 75_000;
/** What was due so long ago and is unsent was missed by the sweep before this one. */
const missedMs = 120_000;
const atOnceMax = 20;

/** What the sweep has to know of a family of things that are due. */
export type DueFamily<Thing> = {
  family: ShardedFamily;
  keyOf: (id: string) => Key;
  /** Reads what stands there; null: nothing to look after any more. */
  read: (item: Record<string, unknown>, nowMs: number) => Thing | null;
  /** Its place in the index as it is by now, in milliseconds; null: none. */
  placeMs: (thing: Thing) => number | null;
  look: (thing: Thing, placeMs: number, nowMs: number) => Look;
  move: (thing: Thing, placeMs: number, toMs: number) => Promise<boolean>;
  /** Its message, and when that is to arrive, in milliseconds; null: at once. */
  message: (thing: Thing) => { message: QueueMessage; atMs: number | null };
};

/** How many were sent ahead of their time, and how many again. */
export type Swept = { ahead: number; again: number };

type Looked<Thing> = { thing: Thing; placeMs: number; look: Exclude<Look, { kind: "leave" }> };

/**
 * Looks after all that is due of a family, as far as the time goes: first, by their time, sends those whose wait is too long
 * for a message and ends soon, to arrive when it does; then, the longest due first, those that should have been moved on by
 * now, unless the queue has a backlog. Each gets its next place before its message is sent, so that no sweep sends it twice.
 * One that cannot be looked after is logged, and keeps the sweep from no other.
 */
export async function sweepDue<Thing>(family: DueFamily<Thing>, { nowMs, isOver }: SweepTime): Promise<Swept> {
  const swept: Swept = { ahead: 0, again: 0 };
  const lookAfter = async (due: readonly Due[], isAheadAlone: boolean) => {
    const { ahead, again } = await lookedAfter(family, due, isAheadAlone, nowMs);
    swept.ahead += ahead;
    swept.again += again;
  };
  const { due, isLast } = await firstRound(family.family, nowMs + aheadMs);
  if (isLast) {
    await lookAfter(due, false);
    return swept;
  }
  const passes = [
    { fromMs: nowMs - missedMs, beforeMs: nowMs + aheadMs, isAheadAlone: true },
    { fromMs: 0, beforeMs: nowMs, isAheadAlone: false },
  ];
  for (const { fromMs, beforeMs, isAheadAlone } of passes) {
    for await (const round of dueWithin(family.family, fromMs, beforeMs)) {
      if (isOver()) return swept;
      await lookAfter(round.due, isAheadAlone);
    }
  }
  return swept;
}

async function firstRound(family: ShardedFamily, beforeMs: number): Promise<Round> {
  for await (const round of dueWithin(family, 0, beforeMs)) return round;
  return { due: [], isLast: true };
}

async function lookedAfter<Thing>(
  family: DueFamily<Thing>,
  due: readonly Due[],
  isAheadAlone: boolean,
  nowMs: number,
): Promise<Swept> {
  const looked = await lookedAt(family, due, nowMs);
  const those = (kind: Look["kind"]) => looked.filter(({ look }) => look.kind === kind);
  const ahead = await send(family, those("ahead"));
  if (isAheadAlone) return { ahead, again: 0 };
  await send(family, those("move"));
  const overdue = those("again");
  const isWithheld = overdue.length > 0 && (await isBusy());
  return { ahead, again: isWithheld ? 0 : await send(family, overdue) };
}

/** What is to be done about each, by what stands in the table. */
async function lookedAt<Thing>(
  { family, keyOf, read, placeMs, look }: DueFamily<Thing>,
  due: readonly Due[],
  nowMs: number,
): Promise<Looked<Thing>[]> {
  const items = await getMany(
    due.map(({ id }) => keyOf(id)),
    true,
  );
  const byId = new Map(items.map((item) => [String(item.sk), item]));
  const unreadable: string[] = [];
  const looked = due.flatMap(({ id, dueMs }): Looked<Thing>[] => {
    const item = byId.get(id);
    try {
      const thing = item === undefined ? null : read(item, nowMs);
      if (thing === null || placeMs(thing) !== dueMs) return []; // the index is behind
      const its = look(thing, dueMs, nowMs);
      return its.kind === "leave" ? [] : [{ thing, placeMs: dueMs, look: its }];
    } catch {
      unreadable.push(id);
      return [];
    }
  });
  if (unreadable.length > 0) logger.error(`of ${family} some that are due cannot be read`, { ids: unreadable });
  return looked;
}

/** Moves the places of some, and sends their messages. Gives how many were sent. */
async function send<Thing>(
  { family, move, message }: DueFamily<Thing>,
  looked: readonly Looked<Thing>[],
): Promise<number> {
  const failures: unknown[] = [];
  const moved = await inParallel(looked, atOnceMax, async ({ thing, placeMs, look }) => {
    try {
      return (await move(thing, placeMs, look.toMs)) && look.kind !== "move" ? [message(thing)] : [];
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
  const nowMs = Date.now(); // by which the sweep may have been at it for a while
  const messages = moved
    .flat()
    .map((each) => ({ message: each.message, delayMs: Math.max((each.atMs ?? 0) - nowMs, 0) }));
  await sendDelayed(messages).catch((error: unknown) => failures.push(error));
  const [first] = failures;
  if (first !== undefined) {
    logger.error(`of ${family} some that are due were passed over`, {
      failures: failures.length,
      error: first as Error,
    });
  }
  return messages.length;
}
