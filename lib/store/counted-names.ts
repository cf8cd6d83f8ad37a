import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { otherName } from "#domain/tally.ts";
import { countedNameKey, countedNameTotalKey } from "./keys.ts";
import { countersTableName, table } from "./table.ts";

/** How many names a dimension counts by name; further ones count as `other`. */
export const countedNamesMax = 1_000;

/** A name's number within its dimension, by which counters know it; `other` has none. */
export type NameNumber = number | typeof otherName;

/** Numbers never change and are never given up, so what was found once holds. Bounded, since names come from clients. */
const known = new Map<string, NameNumber>();
const knownMax = 10_000;

/**
 * The number of a name. A new name takes the next one, once, whoever sees it first; when all are taken it is `other`, for
 * ever, so that what was added under one counter is never taken off another.
 */
export async function numberOf(dimension: string, name: string): Promise<NameNumber> {
  const cacheKey = `${dimension}|${name}`;
  const cached = known.get(cacheKey);
  if (cached !== undefined) return cached;
  const number = (await readNumber(dimension, name)) ?? (await takeNumber(dimension, name));
  if (known.size >= knownMax) known.clear();
  known.set(cacheKey, number);
  return number;
}

async function readNumber(dimension: string, name: string): Promise<number | null> {
  const number = (await getItem(countedNameKey(dimension, name)))?.n;
  return typeof number === "number" ? number : null;
}

async function takeNumber(dimension: string, name: string): Promise<NameNumber> {
  for (;;) {
    const taken = Number((await getItem(countedNameTotalKey(dimension)))?.n ?? 0);
    if (taken >= countedNamesMax) return (await readNumber(dimension, name)) ?? otherName;
    try {
      await table().send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: countersTableName(),
                Item: { ...countedNameKey(dimension, name), n: taken },
                ConditionExpression: "attribute_not_exists(pk)",
              },
            },
            {
              Update: {
                TableName: countersTableName(),
                Key: countedNameTotalKey(dimension),
                UpdateExpression: "SET n = :next",
                ConditionExpression: taken === 0 ? "attribute_not_exists(pk)" : "n = :taken",
                ExpressionAttributeValues: taken === 0 ? { ":next": 1 } : { ":next": taken + 1, ":taken": taken },
              },
            },
          ],
        }),
      );
      return taken;
    } catch (error) {
      // Somebody else took a number, or our own answer was lost: what stands there now decides.
      if (!(error instanceof TransactionCanceledException || error instanceof ConditionalCheckFailedException))
        throw error;
      const number = await readNumber(dimension, name);
      if (number !== null) return number;
    }
  }
}

async function getItem(key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
  const command = new GetCommand({ TableName: countersTableName(), Key: key, ConsistentRead: true });
  return (await table().send(command)).Item;
}
