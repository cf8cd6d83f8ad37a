import type { LocalRuntime } from "#local/local-runtime.ts";

/** Sends one request and gives the body of its answer. */
export type Client = (
  method: string,
  path: string,
  json?: unknown,
  headers?: Record<string, string>,
) => Promise<unknown>;

/** A client that takes no answer but a 2xx. */
export function clientOf(runtime: LocalRuntime): Client {
  return async (method, path, json, headers = {}) => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const response = await fetch(`${runtime.url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...body,
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

type TableCost = { base: number; writeUnits: number; readUnits: number; indexes: Record<string, number> };
/** What one of many calls cost, in capacity units, entries read, requests to AWS and milliseconds of the whole path. */
export type Cost = {
  table: TableCost;
  counters: TableCost;
  readUnits: number;
  entries: number;
  requests: number;
  ms: number;
};

/** Does the work `times` over, one after another, and gives what one of them cost. */
export async function measure(
  runtime: LocalRuntime,
  times: number,
  work: (index: number) => Promise<unknown>,
): Promise<Cost> {
  runtime.usage.reset();
  const startedAt = performance.now();
  for (let index = 0; index < times; index++) await work(index);
  const ms = (performance.now() - startedAt) / times;
  const [table, counters] = ["Families", "Counters"].map((name) => costOf(runtime, name, times)) as [
    TableCost,
    TableCost,
  ];
  const calls = Object.values(runtime.usage.calls);
  const entries = calls.reduce((sum, call) => sum + call.entries, 0) / times;
  const requests = calls.reduce((sum, call) => sum + call.requests, 0) / times;
  return { table, counters, readUnits: table.readUnits + counters.readUnits, entries, requests, ms };
}

function costOf(runtime: LocalRuntime, name: string, times: number): TableCost {
  const found = Object.entries(runtime.usage.tables).find(([table]) => table.includes(`Tables${name}`));
  const usage = found?.[1] ?? { readUnits: 0, writeUnits: 0, indexes: {} };
  const indexes = Object.entries(usage.indexes);
  const ofIndexes = (kind: "readUnits" | "writeUnits") => indexes.reduce((sum, [, units]) => sum + units[kind], 0);
  return {
    base: usage.writeUnits / times,
    writeUnits: (usage.writeUnits + ofIndexes("writeUnits")) / times,
    readUnits: (usage.readUnits + ofIndexes("readUnits")) / times,
    indexes: Object.fromEntries(indexes.map(([index, units]) => [index, units.writeUnits / times])),
  };
}
