import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { DomainError } from "#domain/domain-error.ts";
import { uuid7TimeMs } from "#domain/uuid7.ts";
import { commit, type Write, type WrittenBy } from "./commit.ts";
import { environment } from "./environment.ts";
import { getItem } from "./get-item.ts";
import { archivalKey, liveInstanceKey, liveInstancePartition, shardNames } from "./keys.ts";
import { removeItem } from "./partition.ts";
import { table, tableName } from "./table.ts";

// A machine may be archived only while none of its instances lives, and no instance may start once it is. Neither index nor
// counters can tell, both being behind. So each side first writes what it is about to do, and then reads, consistently, what
// the other wrote: a start notes its instance and then looks for an archival, an archival notes itself and then looks for
// live instances. Whichever comes second sees the other. Nobody writes what another start writes, so none waits for another.

/** An archival: `h`: it holds off starts until then, in milliseconds; `a`: it is done. */
const archivalSchema = z.object({ v: z.number(), w: z.array(z.string()), h: z.number(), a: z.boolean() });

/** A request ends within seconds: an archival, or a start, that is older died half way. */
const underWayMsMax = 60_000;
/** How many live notes are looked at, and may be removed, at once. */
const notesPerRead = 25;

/**
 * Notes that an instance is about to be started, before it is written: one put and one consistent read. The note stays until
 * `forgetLiveInstance`, and does no harm when the start comes to nothing.
 *
 * @throws DomainError `resource_not_found` when the machine is archived, `operation_in_progress` while somebody tries to
 */
export async function noteLiveInstance(
  machineId: string,
  instanceId: string,
  nowMs: number,
  by: WrittenBy,
): Promise<void> {
  const item = { ...liveInstanceKey(machineId, instanceId), v: 1 };
  await commit([{ item, condition: { absent: true } }], by); // noted before: all the same
  const archival = await findArchival(machineId);
  if (archival === null || (!archival.done && archival.heldUntilMs <= nowMs)) return;
  await removeItem(liveInstanceKey(machineId, instanceId));
  if (archival.done) throw new DomainError("resource_not_found", "Definition not found");
  throw new DomainError("operation_in_progress", "Somebody is deleting the definition. Try again.", {
    headers: { "retry-after": "1" },
  });
}

/** Forgets a live instance, once it is final or erased. Where that is not done, the next archival does it. */
export async function forgetLiveInstance(machineId: string, instanceId: string): Promise<void> {
  await removeItem(liveInstanceKey(machineId, instanceId));
}

/** An archival that holds off starts: what its end stands on. */
export type HeldArchival = { machineId: string; v: number; w: string[] };

/**
 * Holds off the starts of a machine's instances, for a minute at most, until `releaseArchival` or `doneArchival`.
 *
 * @throws DomainError `operation_in_progress` when somebody else does so at the same moment
 */
export async function holdArchival(machineId: string, nowMs: number, by: WrittenBy): Promise<HeldArchival> {
  const standing = await findArchival(machineId);
  const item = { ...archivalKey(machineId), v: (standing?.v ?? 0) + 1, h: nowMs + underWayMsMax, a: false };
  const condition =
    standing === null ? ({ absent: true } as const) : { version: standing.v, writeIds: standing.writeIds };
  const { committed } = await commit([{ item, condition }], by);
  if (committed) return { machineId, v: item.v, w: [by.writeId] };
  throw new DomainError("operation_in_progress", "Somebody else is deleting the definition. Try again.", {
    headers: { "retry-after": "1" },
  });
}

/** Lets instances be started again, unless somebody else has held them off since. */
export async function releaseArchival({ machineId, v, w }: HeldArchival, by: WrittenBy): Promise<void> {
  const item = { ...archivalKey(machineId), v: v + 1, h: 0, a: false };
  await commit([{ item, condition: { version: v, writeIds: w } }], by);
}

/** The write that holds off starts for good. It joins that which archives the machine. */
export function doneArchival({ machineId, v, w }: HeldArchival): Write {
  const item = { ...archivalKey(machineId), v: v + 1, h: 0, a: true };
  return { item, condition: { version: v, writeIds: w } };
}

/**
 * Whether an instance of a machine lives, or is just being started: exact, once its archival is held. It reads what lives,
 * however many have ended.
 *
 * @param overOf which of some instances are final, as they are now, and which are not there
 */
export async function hasLiveInstance(
  machineId: string,
  overOf: (instanceIds: string[]) => Promise<{ final: string[]; absent: string[] }>,
  nowMs: number,
): Promise<boolean> {
  for (const shard of shardNames(environment().SHARDS)) {
    let after: string | null = "";
    while (after !== null) {
      const noted: string[] = await notedAfter(liveInstancePartition(machineId, shard), after);
      const { final, absent } = await overOf(noted);
      const dead = absent.filter((id) => uuid7TimeMs(id) < nowMs - underWayMsMax); // else its start is still under way
      const over = new Set([...final, ...dead]);
      await Promise.all([...over].map((id) => forgetLiveInstance(machineId, id)));
      if (noted.some((id) => !over.has(id))) return true;
      after = noted.at(-1) ?? null;
    }
  }
  return false;
}

async function notedAfter(partition: string, after: string): Promise<string[]> {
  const { Items: items = [] } = await table().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: after === "" ? "pk = :pk" : "pk = :pk AND sk > :after",
      ExpressionAttributeValues: { ":pk": partition, ...(after === "" ? {} : { ":after": after }) },
      ConsistentRead: true,
      Limit: notesPerRead,
    }),
  );
  return items.map(({ sk }) => String(sk));
}

async function findArchival(machineId: string) {
  const item = await getItem(archivalKey(machineId));
  if (item === undefined) return null;
  const { v, w, h, a } = archivalSchema.parse(item);
  return { v, writeIds: w, heldUntilMs: h, done: a };
}
