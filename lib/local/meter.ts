import type { AwsCall } from "./faults.ts";

/** What all calls of one kind came to. */
export type CallUsage = {
  requests: number;
  requestBytes: number;
  responseBytes: number;
  errors: number;
  /** Writes refused by their condition: they report no capacity, and AWS bills each a write unit per KB. */
  failedConditions: number;
  /** Entries that queries and scans read, before any filter. */
  entries: number;
};

/** Capacity units. */
type Units = { readUnits: number; writeUnits: number };
export type TableUsage = Units & { indexes: Record<string, Units> };

/** Sums what the functions ask of the services. */
export type Meter = {
  /** By `dynamodb:PutItem` and the like. */
  readonly calls: Record<string, CallUsage>;
  /** By table name: the base table, and each index apart. */
  readonly tables: Record<string, TableUsage>;
  record(call: AwsCall, requestBytes: number, status: number, response: Buffer): void;
  reset(): void;
};

type Capacity = {
  TableName: string;
  Table?: { CapacityUnits?: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
  LocalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>;
};

const reads = new Set(["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"]);

/** DynamoDB actions that report capacity. */
export const meteredActions: ReadonlySet<string> = new Set([
  ...reads,
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "TransactWriteItems",
]);

/** A meter at zero. */
export function meter(): Meter {
  const calls: Record<string, CallUsage> = {};
  const tables: Record<string, TableUsage> = {};

  function addCapacity(capacity: Capacity, isRead: boolean): void {
    tables[capacity.TableName] ??= { readUnits: 0, writeUnits: 0, indexes: {} };
    const usage = tables[capacity.TableName] as TableUsage;
    const add = (units: Units, amount = 0) => {
      units[isRead ? "readUnits" : "writeUnits"] += amount;
    };
    add(usage, capacity.Table?.CapacityUnits);
    const indexes = { ...capacity.GlobalSecondaryIndexes, ...capacity.LocalSecondaryIndexes };
    for (const [name, { CapacityUnits }] of Object.entries(indexes)) {
      usage.indexes[name] ??= { readUnits: 0, writeUnits: 0 };
      add(usage.indexes[name], CapacityUnits);
    }
  }

  return {
    calls,
    tables,
    record: ({ service, action }, requestBytes, status, response) => {
      const name = `${service}:${action}`;
      calls[name] ??= { requests: 0, requestBytes: 0, responseBytes: 0, errors: 0, failedConditions: 0, entries: 0 };
      const usage = calls[name];
      usage.requests += 1;
      usage.requestBytes += requestBytes;
      usage.responseBytes += response.length;
      if (service !== "dynamodb") {
        if (status >= 300) usage.errors += 1;
        return;
      }
      if (status !== 200) {
        usage.errors += 1;
        if (response.includes("ConditionalCheckFailed")) usage.failedConditions += 1;
        return;
      }
      if (!meteredActions.has(action)) return;
      const { ConsumedCapacity = [], ScannedCount = 0 } = JSON.parse(response.toString()) as {
        ConsumedCapacity?: Capacity | Capacity[];
        ScannedCount?: number;
      };
      usage.entries += ScannedCount;
      for (const capacity of [ConsumedCapacity].flat()) addCapacity(capacity, reads.has(action));
    },
    reset: () => {
      for (const name of Object.keys(calls)) delete calls[name];
      for (const name of Object.keys(tables)) delete tables[name];
    },
  };
}
