import type { LocalRuntime } from "#local/local-runtime.ts";
import type { Line } from "./line.ts";
import { type Client, clientOf, measure } from "./measure.ts";
import prices from "./prices.json" with { type: "json" };

/** The memory of the worker, by which Lambda bills its time. */
const workerGiB = 0.5;
/** What a worker's invocation takes in AWS besides the answer it waits for, in milliseconds: a guess, and told as one. */
const workerMs = 40;
/** Messages that Lambda takes from the queue at once when there are many. */
const batchSize = 10;

/** What a run of the former service's example costs: a wait of two seconds, then a webhook. */
export async function runLines(runtime: LocalRuntime, receiverUrl: string, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const workflowId = await warmUp(runtime, client, receiverUrl);
  await runtime.settle();
  const trigger = await measure(runtime, count, () => client("POST", "/api/v1/trigger", { workflow_id: workflowId }));
  const advance = await measure(runtime, 1, async () => {
    await runtime.clock.advance(2_000);
    await runtime.settle();
  });
  const perRun = (units: number) => units / count;
  const base = trigger.table.base + perRun(advance.table.base);
  const group = (trigger.table.indexes.group ?? 0) + perRun(advance.table.indexes.group ?? 0);
  const rare = (trigger.table.indexes.rare ?? 0) + perRun(advance.table.indexes.rare ?? 0);
  const all = trigger.table.writeUnits + perRun(advance.table.writeUnits);
  const reads = trigger.table.readUnits + perRun(advance.table.readUnits);
  const counters = perRun(advance.counters.writeUnits) + trigger.counters.writeUnits;
  await assertDone(client, count);
  return [
    { name: "run.write_units.table", value: base, unit: "WRU/run", budget: 3 },
    { name: "run.write_units.index_group", value: group, unit: "WRU/run", budget: 1 },
    { name: "run.write_units.index_rare", value: rare, unit: "WRU/run", budget: 0 },
    { name: "run.write_units.all", value: all, unit: "WRU/run", budget: 5 },
    { name: "run.read_units", value: reads, unit: "RRU/run", budget: 4 },
    { name: "run.trigger.requests", value: trigger.requests, unit: "requests", budget: 3.2 },
    { name: "run.trigger.time", value: trigger.ms, unit: "ms" },
    { name: "run.counters.write_units", value: counters, unit: "WRU/run" },
    ...costLines({ writeUnits: all, readUnits: reads, counters }),
  ];
}

type Counted = { writeUnits: number; readUnits: number; counters: number };

/**
 * Dollars for a million runs, from what was counted. The engine is the table, the queue and the worker; the API that
 * triggers, events and reports stand on lines of their own.
 */
function costLines({ writeUnits, readUnits, counters }: Counted): Line[] {
  const table =
    writeUnits * prices.dynamodb_write_units_per_million + readUnits * prices.dynamodb_read_units_per_million;
  const worker = (runsPerInvocation: number) =>
    (prices.lambda_requests_per_million + workerMs * 1_000 * workerGiB * prices.lambda_gb_second_arm64) /
    runsPerInvocation;
  const queue = (runsPerReceive: number) => (1 + 2 / runsPerReceive) * prices.sqs_requests_per_million;
  const perMillion = (name: string, value: number) => ({ name: `run.million.${name}`, value, unit: "$" });
  return [
    { ...perMillion("engine_batched", table + worker(batchSize) + queue(batchSize)), budget: 5 },
    { ...perMillion("engine_alone", table + worker(1) + queue(1)), budget: 6 },
    perMillion(
      "api",
      prices.http_api_requests_per_million +
        prices.lambda_requests_per_million +
        10 * 1_000 * workerGiB * prices.lambda_gb_second_arm64,
    ),
    perMillion("reports", counters * prices.dynamodb_write_units_per_million),
    perMillion("events_on_the_bus", 3 * prices.eventbridge_events_per_million),
    ...Object.entries(prices.others).map(([name, { per_million, units_per_run }]) =>
      perMillion(name, per_million * units_per_run),
    ),
  ];
}

async function warmUp(runtime: LocalRuntime, client: Client, receiverUrl: string): Promise<string> {
  const steps = [
    { name: "delay", type: "delay", config: { duration: 2 } },
    { name: "notify", type: "webhook", config: { url: receiverUrl, body: { message: "Hello from workflow!" } } },
  ];
  const made = await client("POST", "/api/v1/workflows", { id: "bench", name: "Bench", steps });
  await client("POST", "/api/v1/trigger", { workflow_id: "bench", tag: "warm-up" });
  await runtime.clock.advance(2_000);
  return (made as { workflow_id: string }).workflow_id;
}

/** A figure of runs that did not end well would be none. */
async function assertDone(client: Client, count: number): Promise<void> {
  const { items } = (await client("GET", "/api/v1/runs?workflow_id=bench&limit=200")) as {
    items: { status: string }[];
  };
  const done = items.filter(({ status }) => status === "SUCCESS").length;
  if (done < Math.min(count + 1, 200)) throw new Error(`${done} of ${count} runs ended in SUCCESS.`);
}

/** How many runs of a wait of no time and a webhook the laptop ends in a second, this process and its database included. */
export async function throughputLines(runtime: LocalRuntime, receiverUrl: string, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const steps = [
    { name: "delay", type: "delay", config: { duration: 0 } },
    { name: "notify", type: "webhook", config: { url: receiverUrl } },
  ];
  const made = (await client("POST", "/api/v1/workflows", { name: "Throughput", steps })) as { workflow_id: string };
  const lines: Line[] = [];
  for (const clients of [16, 64]) {
    let left = count;
    const startedAt = performance.now();
    const trigger = async () => {
      while (left-- > 0) await client("POST", "/api/v1/trigger", { workflow_id: made.workflow_id });
    };
    await Promise.all(Array.from({ length: clients }, trigger));
    await runtime.settle();
    const seconds = (performance.now() - startedAt) / 1000;
    lines.push({ name: `run.per_second.${clients}_clients`, value: count / seconds, unit: "runs/s" });
  }
  return lines;
}
