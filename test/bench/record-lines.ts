import type { LocalRuntime } from "#local/local-runtime.ts";
import type { Line } from "./line.ts";
import { type Cost, clientOf, measure } from "./measure.ts";

const eventsPerBatch = 100;

/** What records cost: write and read units, requests, and milliseconds of the whole path through HTTP. */
export async function recordLines(runtime: LocalRuntime, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const payload = { order_id: "12345", amount: 99.99, note: "x".repeat(560) };
  const record = { source: "api", category: "order", payload };
  await client("POST", "/records", record); // the first call loads the function

  const ids: string[] = [];
  const create = await measure(runtime, count, async () => {
    const { id } = (await client("POST", "/records", record)) as { id: string };
    ids.push(id);
  });
  const process = await measure(runtime, count, (index) => client("POST", `/records/${ids[index]}/process`));
  const keyed = await measure(runtime, 50, (index) =>
    client("POST", "/records", record, { "idempotency-key": `key-${index}` }),
  );
  const long = { ...record, payload: { text: "x".repeat(10_000) } };
  const large = await measure(runtime, 20, () => client("POST", "/records", long));

  await runtime.settle();
  const batchesBefore = countedBatches(runtime);
  const counting = await measure(runtime, 1, async () => {
    await Promise.all(Array.from({ length: eventsPerBatch }, () => client("POST", "/records", record)));
    await runtime.settle();
  });
  // A batch costs the same however full it is, and the stream may cut these events into more than one.
  const countingBatches = countedBatches(runtime) - batchesBefore;
  const get = await measure(runtime, 50, (index) => client("GET", `/records/${ids[index]}`));
  const page = await measure(runtime, 20, () => client("GET", "/records?limit=50"));
  const filtered = await measure(runtime, 20, () => client("GET", "/records?category=order&limit=50"));
  const summary = await measure(runtime, 50, () => client("GET", "/reports/summary"));

  const both = create.table.writeUnits + process.table.writeUnits;
  return [
    { name: "record.create_process.write_units", value: both, unit: "WRU/record", budget: 6 },
    { name: "record.create.write_units.table", value: create.table.base, unit: "WRU", budget: 1 },
    ...indexLines("record.create", create),
    { name: "record.process.write_units.table", value: process.table.base, unit: "WRU", budget: 1 },
    ...indexLines("record.process", process),
    { name: "record.process.read_units", value: process.table.readUnits, unit: "RRU", budget: 1 },
    { name: "record.create_with_key.write_units", value: keyed.table.writeUnits, unit: "WRU", budget: 9 },
    { name: "record.create_10_kb.write_units", value: large.table.writeUnits, unit: "WRU", budget: 27 },
    { name: "record.get.read_units", value: get.table.readUnits, unit: "RRU", budget: 1 },
    { name: "record.page_of_50.read_units", value: page.readUnits, unit: "RRU", budget: 16 },
    { name: "record.page_of_50_by_category.read_units", value: filtered.readUnits, unit: "RRU", budget: 40 },
    { name: "report.summary.read_units", value: summary.readUnits, unit: "RRU", budget: 4 },
    {
      name: "counters.write_units_per_event",
      value: counting.counters.writeUnits / countingBatches / eventsPerBatch,
      unit: "WRU/event",
      budget: 0.05,
    },
    { name: "record.create.requests", value: create.requests, unit: "requests", budget: 1.2 },
    { name: "record.process.requests", value: process.requests, unit: "requests", budget: 2.2 },
    { name: "record.create.time", value: create.ms, unit: "ms" },
    { name: "record.process.time", value: process.ms, unit: "ms" },
    { name: "record.page_of_50.time", value: page.ms, unit: "ms" },
    { name: "report.summary.time", value: summary.ms, unit: "ms" },
  ];
}

function indexLines(name: string, cost: Cost): Line[] {
  return Object.entries(cost.table.indexes).map(([index, value]) => ({
    name: `${name}.write_units.index_${index}`,
    value,
    unit: "WRU",
    budget: 1,
  }));
}

/** How many batches of the stream have been counted so far. */
function countedBatches(runtime: LocalRuntime): number {
  const [, usage] = Object.entries(runtime.usage.functions).find(([name]) => name.includes("StreamAggregate")) ?? [];
  return usage?.invocations ?? 0;
}
