import { createHash } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import { newRecord, processRecord, type RecordInput } from "#domain/record.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { type DynamoDbClient, dynamoDbClient } from "#local/dynamodb-client.ts";
import { classificationRules } from "#runtime/classification-rules.ts";
import type { Write } from "#store/commit.ts";
import { environment } from "#store/environment.ts";
import { insertRecord, replaceRecord } from "#store/records.ts";
import { tableName } from "#store/table.ts";

/** Where records lie in time: one every `spacingMs`, the first at `firstMs`. */
export type Spread = { firstMs: number; spacingMs: number };

const itemsPerRequest = 25; // the most a BatchWriteItem takes
const requestsAtOnce = 4;
const reportEveryMs = 10_000;
const categories = ["order", "refund", "audit", "invoice", "note"];
const sources = ["api", "batch", "import"];

/**
 * Writes records `from` to `to` (not included) as the service leaves them, oldest first: nine in ten processed, the rest
 * pending or failed. They go straight to the engine, past the meter; the stream counts them as it counts all others.
 */
export async function fillRecords(endpoint: string, spread: Spread, from: number, to: number): Promise<void> {
  const engine = dynamoDbClient(endpoint);
  let next = from;
  const writer = async () => {
    while (next < to) {
      const first = next;
      next = Math.min(to, first + itemsPerRequest);
      const items = Array.from({ length: next - first }, (_, at) => itemOf(spread, first + at));
      await writeAll(engine, items);
    }
  };
  const startedAt = performance.now();
  const reporter = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stderr.write(`  ${next} of ${to} records, ${seconds} s\n`);
  }, reportEveryMs);
  try {
    await Promise.all(Array.from({ length: requestsAtOnce }, writer));
  } finally {
    clearInterval(reporter);
    engine.close();
  }
}

async function writeAll(engine: DynamoDbClient, items: readonly object[]): Promise<void> {
  for (let left: unknown[] = items.map((Item) => ({ PutRequest: { Item } })); left.length > 0; ) {
    const answer = await engine.call<{ UnprocessedItems?: Record<string, unknown[]> }>("BatchWriteItem", {
      RequestItems: { [tableName()]: left },
    });
    left = answer.UnprocessedItems?.[tableName()] ?? [];
  }
}

/** The head of a record, as the table holds it; the same for an index every time. */
function itemOf({ firstMs, spacingMs }: Spread, index: number): Record<string, unknown> {
  const random = createHash("sha256").update(`record ${index}`).digest();
  const timeMs = Math.floor(firstMs + index * spacingMs);
  const id = uuid7(timeMs, random, (random[10] ?? 0) % environment().SHARDS);
  const record = newRecord(inputOf(index, random), id);
  const [inserted, processed] = [11, 19].map((at) => random.subarray(at, at + 8).toString("base64url")) as [
    string,
    string,
  ];
  if (index % 20 === 0) return stored(insertRecord(record), id, [inserted]);
  const loaded = { record, writeIds: [inserted], payload: { p: JSON.stringify(record.payload) } };
  const next = processRecord(record, classificationRules, timeMs + 1_000);
  return stored(replaceRecord(loaded, next), id, [processed, inserted]);
}

/** What `commit` makes of a write of one item. */
function stored([write]: readonly Write[], requestId: string, writeIds: string[]): Record<string, unknown> {
  if (write === undefined || !("item" in write)) throw new Error("A short record is one put.");
  return marshall({ ...write.item, q: requestId, w: writeIds }, { removeUndefinedValues: true });
}

function inputOf(index: number, random: Uint8Array): RecordInput {
  const unreadable = index % 20 === 1;
  const category = unreadable ? "order" : categories[(random[27] ?? 0) % categories.length];
  const source = sources[(random[28] ?? 0) % sources.length];
  const payload = { order_id: String(index), amount: unreadable ? "unreadable" : index / 100, note: "x".repeat(150) };
  return { source: source ?? "", category: category ?? "", payload, expiresAtMs: null };
}
