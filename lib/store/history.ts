import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { HistoryEntry } from "#domain/history.ts";
import type { Write } from "./commit.ts";
import { getMany } from "./get-many.ts";
import { historyText, type PlacedEntry, parseHistoryText, withDetails } from "./history-text.ts";
import type { LoadedInstance } from "./instance-head.ts";
import { historyChunkKey, historyDetailsKey, instancePartsPartition } from "./keys.ts";
import { table, tableName } from "./table.ts";

/** How many entries a head holds at most, and so a chunk. */
export const chunkEntriesMax = 24;
/** The details of one answer stay under Lambda's 6 MB, with room for the rest. */
const detailsBytesMax = 4_000_000;

/**
 * The write that stores the entries that a head has no room for as a chunk. They are those of a head that was saved, so
 * whoever moves them on from there writes the same, and one that no head counts on yet is true all the same.
 */
export function historyChunk({ instance, detailsBytes }: LoadedInstance): Write {
  const { count, tail } = instance.history;
  const entries = tail.map((entry) => ({ entry, detailsBytes: detailsBytes.get(entry.sequence) ?? null }));
  return {
    item: { ...historyChunkKey(instance.id, count), v: 1, h: historyText(entries) },
    condition: { absent: true },
  };
}

/**
 * The newest entries of an instance's history below a number, the newest first: `limit` of them, or fewer where the history
 * begins or their details are too long for one answer. Those of the head cost nothing more.
 */
export async function readHistory(loaded: LoadedInstance, below: number, limit: number): Promise<HistoryEntry[]> {
  const placed = await placedBelow(loaded, below, limit, () => true);
  return detailed(loaded.instance.id, placed);
}

/** The newest actions that were executed on an instance, the oldest of them first: at most `limit`. */
export async function readNewestActions(loaded: LoadedInstance, limit: number): Promise<HistoryEntry[]> {
  const placed = await placedBelow(loaded, Number.POSITIVE_INFINITY, limit, ({ entry }) => entry.type === "executed");
  return (await detailed(loaded.instance.id, placed)).reverse();
}

async function placedBelow(
  { instance, detailsBytes }: LoadedInstance,
  below: number,
  limit: number,
  wanted: (placed: PlacedEntry) => boolean,
): Promise<PlacedEntry[]> {
  const { count, tail } = instance.history;
  const head = tail.map((entry) => ({ entry, detailsBytes: detailsBytes.get(entry.sequence) ?? null }));
  const found = head.filter((placed) => placed.entry.sequence < below && wanted(placed)).reverse();
  const firstInHead = count - tail.length + 1;
  let before = Math.min(below, firstInHead);
  let margin = below < firstInHead ? chunkEntriesMax : 0; // a page may end within a chunk
  while (found.length < limit && before > 1) {
    const older = await entriesBefore(instance.id, before, {
      margin,
      chunksMax: (limit - found.length) / 6 + margin + 2,
    });
    const last = older.at(-1);
    if (last === undefined) break;
    before = last.entry.sequence;
    margin = 0;
    found.push(...older.filter(wanted));
  }
  return found.slice(0, limit);
}

/**
 * Entries in chunks below a number, the newest first and without a gap. Chunks may overlap: one that was written for a head
 * that came to nothing tells the same as the others.
 *
 * @param margin how far above the number the chunk may end that has the entry right below it
 */
async function entriesBefore(
  instanceId: string,
  before: number,
  { margin, chunksMax }: { margin: number; chunksMax: number },
): Promise<PlacedEntry[]> {
  const { Items: items = [] } = await table().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
      ExpressionAttributeValues: {
        ":pk": instancePartsPartition(instanceId),
        ":low": historyChunkKey(instanceId, 0).sk,
        ":high": historyChunkKey(instanceId, before - 1 + margin).sk,
      },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: Math.ceil(chunksMax),
    }),
  );
  const bySequence = new Map<number, PlacedEntry>();
  for (const { sk, h } of items) {
    for (const placed of parseHistoryText(String(h), Number(String(sk).slice("chunk#".length)))) {
      if (placed.entry.sequence < before) bySequence.set(placed.entry.sequence, placed);
    }
  }
  return [...bySequence.values()].sort((a, b) => b.entry.sequence - a.entry.sequence);
}

/** Entries with what is long of them; the last may be left out when that would be too much for one answer. */
async function detailed(instanceId: string, placed: readonly PlacedEntry[]): Promise<HistoryEntry[]> {
  let bytes = 0;
  const fitting = placed.filter(({ detailsBytes }) => {
    bytes += detailsBytes ?? 0;
    return bytes <= detailsBytesMax;
  });
  const apart = fitting.filter(({ detailsBytes }) => detailsBytes !== null);
  if (apart.length === 0) return fitting.map(({ entry }) => entry);
  const keys = apart.map(({ entry }) => historyDetailsKey(instanceId, entry.sequence));
  const texts = new Map((await getMany(keys, true)).map((item) => [String(item.sk), String(item.p)]));
  return fitting.map(({ entry, detailsBytes }) => {
    const text = detailsBytes === null ? undefined : texts.get(historyDetailsKey(instanceId, entry.sequence).sk);
    return text === undefined ? entry : withDetails(entry, text);
  });
}
