import { randomUUID } from "node:crypto";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Key } from "./keys.ts";
import { pastConflicts } from "./past-conflicts.ts";
import { table, tableName } from "./table.ts";

/** An item as stored: its key, its version `v`, `w`, the write ids of its last versions, newest first, and `q`, the id of the request that wrote it last. */
export type Item = Key & { v: number; w?: string[]; q?: string } & Record<string, unknown>;

/** An item to write: the commit adds its write id and request. */
export type NewItem = Omit<Item, "w" | "q">;

/**
 * A put and the condition it stands on: that the key is free, or that the item still has a version. Or the put or removal
 * of an item that belongs to one put in the same commit, whose condition guards both.
 */
export type Write = ConditionalPut | { item: NewItem; guarded: true } | { remove: Key };
export type ConditionalPut = {
  item: NewItem;
  condition: { absent: true } | { version: number; writeIds: string[] };
};

/** Who writes: an id of this one commit, and that of the request it belongs to, which the stream carries on. */
export type WrittenBy = { writeId: string; requestId: string };

/** How many versions back a write id is remembered, so that an answer lost on the wire is still known as one's own. */
const writeIdsKept = 4;

/** What became of a commit. A refused one names the first write whose condition failed, and what stands there now. */
export type Committed = { committed: true } | { committed: false; refused: number; current: Item | null };

/**
 * Writes all or nothing, each on its condition. Sending it again after a lost answer is safe: an item that carries the
 * write id is this commit's own, even when another writer has moved on since.
 *
 * One write is one conditional put; several are a transaction, which costs twice the units.
 *
 * @throws DomainError `service_unavailable` when other transactions hold the items for longer than the retries last.
 */
export async function commit(writes: readonly Write[], by: WrittenBy): Promise<Committed> {
  const [only, ...others] = writes;
  if (only !== undefined && "condition" in only && others.length === 0) return putOne(putOf(only, by), by.writeId);
  return transact(
    writes.map((write) => itemOf(write, by)),
    by.writeId,
  );
}

function itemOf(write: Write, by: WrittenBy): TransactItem {
  if ("condition" in write) return { Put: putOf(write, by) };
  if ("remove" in write) return { Delete: { TableName: tableName(), Key: write.remove } };
  return { Put: { TableName: tableName(), Item: { ...write.item, q: by.requestId, w: [by.writeId] } } };
}

/**
 * Makes an update that states its condition, and other writes along with it, all or nothing. Sending it again after a lost
 * answer is safe, as with `commit`; refused is the update, by what stands there.
 */
export async function transactWithUpdate(
  update: ConditionalUpdate,
  writes: readonly Write[],
  by: WrittenBy,
): Promise<Committed> {
  return transact([{ Update: update }, ...writes.map((write) => itemOf(write, by))], by.writeId);
}

/** An update as DynamoDB takes it, which sets the write id of its commit. */
export type ConditionalUpdate = {
  TableName: string;
  Key: Key;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
  ReturnValuesOnConditionCheckFailure: "ALL_OLD";
};

type Put = ReturnType<typeof putOf>;
type TransactItem =
  | { Update: ConditionalUpdate }
  | { Put: Put }
  | { Put: { TableName: string; Item: Record<string, unknown> } }
  | { Delete: { TableName: string; Key: Key } };

function putOf({ item, condition }: ConditionalPut, { writeId, requestId }: WrittenBy) {
  const earlier = "version" in condition ? condition.writeIds : [];
  const on =
    "version" in condition
      ? { ConditionExpression: "v = :v", ExpressionAttributeValues: { ":v": condition.version } }
      : { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    TableName: tableName(),
    Item: { ...item, q: requestId, w: [writeId, ...earlier].slice(0, writeIdsKept) },
    ...on,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}

async function putOne(put: Put, writeId: string): Promise<Committed> {
  try {
    await table().send(new PutCommand(put));
    return { committed: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return verdict(0, error.Item === undefined ? null : (unmarshall(error.Item) as Item), writeId);
  }
}

async function transact(items: TransactItem[], writeId: string): Promise<Committed> {
  const token = randomUUID(); // not the write id: a repeat under that may differ, by its request, and would be refused
  const command = { TransactItems: items, ClientRequestToken: token };
  try {
    await pastConflicts(() => table().send(new TransactWriteCommand(command)), isContended);
    return { committed: true };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return verdict(refusal.index, refusal.item, writeId);
  }
}

function verdict(index: number, current: Item | null, writeId: string): Committed {
  if (current?.w?.includes(writeId)) return { committed: true };
  return { committed: false, refused: index, current };
}

function refusalOf(error: unknown): { index: number; item: Item | null } | null {
  if (!(error instanceof TransactionCanceledException)) return null;
  const reasons = error.CancellationReasons ?? [];
  const index = reasons.findIndex((reason) => reason.Code === "ConditionalCheckFailed");
  if (index === -1) return null;
  const item = reasons[index]?.Item;
  return { index, item: item === undefined ? null : (unmarshall(item) as Item) };
}

/** True for what passes by itself: another transaction on the same items, or throttling inside a transaction. */
function isContended(error: unknown): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "None"];
  return (error.CancellationReasons ?? []).every((reason) => passing.includes(reason.Code ?? "None"));
}
