import type { DatabaseSync } from "node:sqlite";
import { type DynamoDbClient, DynamoDbError } from "./dynamodb-client.ts";
import type { EngineFile } from "./engine-file.ts";
import type { OnEvent } from "./local-event.ts";
import type { TableModel } from "./model.ts";
import { type EngineRecord, stableText } from "./stream-record.ts";
import type { LocalClock } from "./virtual-clock.ts";

type Item = Record<string, Record<string, unknown>>;

/** Deletes expired items, and knows afterwards which deletes were its own. */
export type TtlSweep = {
  /** Deletes what has expired by the clock; returns how many. */
  run(): Promise<number>;
  /** Whether a delete in a table's stream was made by a sweep, of this run or of an earlier one. */
  isExpiry(tableName: string, change: EngineRecord["dynamodb"]): boolean;
};

/** DynamoDB leaves alone what seems to have expired longer ago: it is likely no time at all. */
const expiredAtMostSeconds = 5 * 365 * 86_400;
const batch = 100;
const keptMs = 24 * 3_600_000;

/**
 * The engine's own sweep knows only the machine's clock and scans each table, so this one deletes by itself: what it is
 * about to delete is noted first, and the stream's record of that delete then carries DynamoDB's identity.
 */
export function ttlSweep(
  tables: readonly TableModel[],
  client: DynamoDbClient,
  file: EngineFile | null,
  notes: DatabaseSync,
  clock: LocalClock,
  onEvent: OnEvent,
): TtlSweep {
  notes.exec(
    "CREATE TABLE IF NOT EXISTS expiries (table_name TEXT, item TEXT, at TEXT, noted INTEGER, PRIMARY KEY (table_name, item))",
  );
  const note = notes.prepare("INSERT OR REPLACE INTO expiries VALUES (?, ?, ?, ?)");
  const strike = notes.prepare("DELETE FROM expiries WHERE table_name = ? AND item = ?");
  const forget = notes.prepare("DELETE FROM expiries WHERE noted < ?");
  const find = notes.prepare("SELECT at FROM expiries WHERE table_name = ? AND item = ?");
  const expiring = tables.filter((table) => table.ttlAttribute !== null);
  const ttlAttributes = new Map(tables.map((table) => [table.name, table.ttlAttribute]));

  async function expire(table: TableModel, item: Item): Promise<boolean> {
    const attribute = table.ttlAttribute ?? "";
    const value = item[attribute] ?? {};
    const keys = Object.fromEntries(table.keySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
    const key = stableText(keys);
    note.run(table.name, key, String(value.N), clock.now());
    try {
      await client.call("DeleteItem", {
        TableName: table.name,
        Key: keys,
        ConditionExpression: "#ttl = :value",
        ExpressionAttributeNames: { "#ttl": attribute },
        ExpressionAttributeValues: { ":value": value },
      });
      return true;
    } catch (error) {
      strike.run(table.name, key);
      // Someone has prolonged or deleted it in the meantime.
      if (error instanceof DynamoDbError && error.name === "ConditionalCheckFailedException") return false;
      throw error;
    }
  }

  async function expiredItems(table: TableModel, now: number): Promise<Item[]> {
    if (file !== null) return file.expired(table, now - expiredAtMostSeconds, now, batch) as Item[];
    const { Items } = await client.call<{ Items: Item[] }>("Scan", {
      TableName: table.name,
      FilterExpression: "#ttl BETWEEN :from AND :now",
      ExpressionAttributeNames: { "#ttl": table.ttlAttribute ?? "" },
      ExpressionAttributeValues: { ":from": { N: String(now - expiredAtMostSeconds) }, ":now": { N: String(now) } },
    });
    return Items;
  }

  async function sweep(table: TableModel): Promise<number> {
    const now = Math.floor(clock.now() / 1000);
    let count = 0;
    for (;;) {
      const items = await expiredItems(table, now);
      const deleted = (await Promise.all(items.map((item) => expire(table, item)))).filter(Boolean).length;
      count += deleted;
      if (deleted === 0) return count;
    }
  }

  return {
    run: async () => {
      let count = 0;
      for (const table of expiring) count += await sweep(table);
      forget.run(clock.now() - keptMs);
      if (count > 0) onEvent({ kind: "items-expired", message: `${count} items expired` });
      return count;
    },
    isExpiry: (tableName, { Keys, OldImage }) => {
      const noted = find.get(tableName, stableText(Keys));
      if (noted === undefined) return false;
      // The same key may have been written again and deleted by someone since.
      const old = OldImage?.[ttlAttributes.get(tableName) ?? ""] as { N?: string } | undefined;
      return old?.N === undefined || old.N === noted.at;
    },
  };
}
