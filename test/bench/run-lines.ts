import type { LocalRuntime } from "#local/local-runtime.ts";
import type { Line } from "./line.ts";
import { type Client, clientOf, measure } from "./measure.ts";
import { batchSize, costLines } from "./run-cost-lines.ts";

/** How long after its trigger a run is certainly looked at by the sweep, which then leaves it alone. */
const minutesTillSwept = 6;

/** What a run of the former service's example costs: a wait of two seconds, then a webhook. */
export async function runLines(runtime: LocalRuntime, receiverUrl: string, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const workflowId = await warmUp(runtime, client, receiverUrl);
  const idle = await counted(runtime, 1, () => passMinutes(runtime, minutesTillSwept));
  const trigger = (more = {}) => client("POST", "/api/v1/trigger", { workflow_id: workflowId, ...more });
  const inBatches = async (runs: number, size: number, more: (run: number) => object = () => ({})) => {
    for (let run = 0; run < runs; run++) {
      await trigger(more(run));
      if ((run + 1) % size === 0) await passWait(runtime);
    }
  };
  const batched = await counted(runtime, count, () => inBatches(count, batchSize));
  const swept = await counted(runtime, 1, () => passMinutes(runtime, minutesTillSwept));
  const few = 10;
  const alone = await counted(runtime, few, () => inBatches(few, 1));
  const tagged = await counted(runtime, few, () => inBatches(few, batchSize, (run) => ({ tag: `order-${run}` })));
  const triggered = await measure(runtime, few, () => trigger());
  const asked = (kind: string) => runtime.usage.calls[kind]?.requests ?? 0; // not what the stream's functions do meanwhile
  const requests = (asked("dynamodb:GetItem") + asked("dynamodb:PutItem") + asked("sqs:SendMessage")) / few;
  await assertDone(client, count);
  const sweepReads = (swept.readUnits - idle.readUnits) / count;
  return [
    { name: "run.write_units.table", value: batched.base, unit: "WRU/run", budget: 3 },
    { name: "run.write_units.index_group", value: batched.indexes.group ?? 0, unit: "WRU/run", budget: 1 },
    { name: "run.write_units.index_origin", value: batched.indexes.origin ?? 0, unit: "WRU/run", budget: 0 },
    { name: "run.write_units.index_rare", value: batched.indexes.rare ?? 0, unit: "WRU/run", budget: 0 },
    { name: "run.write_units.all", value: batched.writeUnits, unit: "WRU/run", budget: 5 },
    { name: "run_with_tag.write_units.index_origin", value: tagged.indexes.origin ?? 0, unit: "WRU/run", budget: 1 },
    { name: "run_with_tag.write_units.all", value: tagged.writeUnits, unit: "WRU/run", budget: 5 },
    { name: "run.read_units", value: batched.readUnits, unit: "RRU/run", budget: 4 },
    { name: "run.sweep.read_units", value: sweepReads, unit: "RRU/run", budget: 0.5 },
    { name: "run.trigger.requests", value: requests, unit: "requests", budget: 3.2 },
    { name: "run.trigger.time", value: triggered.ms, unit: "ms" },
    { name: "run.messages", value: batched.messages, unit: "messages/run", budget: 1 },
    { name: "run.worker.invocations_alone", value: alone.invocations.worker, unit: "invocations/run", budget: 1 },
    { name: "run.counters.write_units", value: batched.counterUnits, unit: "WRU/run" },
    ...costLines(batched, alone, sweepReads),
  ];
}

const functionsCounted = { worker: "WorkerAdvance", aggregate: "StreamAggregate", publish: "StreamPublish" } as const;
type Invocations = Record<keyof typeof functionsCounted, number>;

/** What was counted, for each run. */
export type Counted = {
  base: number;
  indexes: Record<string, number>;
  writeUnits: number;
  readUnits: number;
  counterUnits: number;
  messages: number;
  invocations: Invocations;
};

/** Does the work, which ends when nothing is under way any more, and gives what each of `runs` runs cost. */
async function counted(runtime: LocalRuntime, runs: number, work: () => Promise<void>): Promise<Counted> {
  await runtime.settle();
  const before = invocationsOf(runtime);
  const { table, counters } = await measure(runtime, 1, work);
  const after = invocationsOf(runtime);
  const each = (value: number) => value / runs;
  return {
    base: each(table.base),
    indexes: mapped(table.indexes, each),
    writeUnits: each(table.writeUnits),
    readUnits: each(table.readUnits),
    counterUnits: each(counters.writeUnits),
    messages: each(runtime.usage.calls["sqs:SendMessage"]?.requests ?? 0),
    invocations: mapped(after, (value, name) => each(value - before[name])),
  };
}

function invocationsOf(runtime: LocalRuntime): Invocations {
  const all = Object.entries(runtime.usage.functions);
  return mapped(functionsCounted, (part) =>
    all.filter(([name]) => name.includes(part)).reduce((total, [, { invocations }]) => total + invocations, 0),
  );
}

function mapped<Key extends string, Value, Result>(
  record: Record<Key, Value>,
  change: (value: Value, name: Key) => Result,
): Record<Key, Result> {
  const entries = Object.entries(record) as [Key, Value][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)])) as Record<Key, Result>;
}

async function passWait(runtime: LocalRuntime): Promise<void> {
  await runtime.clock.advance(2_000);
  await runtime.settle();
}

async function passMinutes(runtime: LocalRuntime, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) await runtime.clock.advance(60_000);
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

/**
 * How many runs of a wait of no time and a webhook the laptop ends in a second, and the time of this process that one takes:
 * clients, receiver, gateway, functions, queue and streams, but not the database, which is a process of its own.
 */
export async function throughputLines(runtime: LocalRuntime, receiverUrl: string, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const steps = [
    { name: "delay", type: "delay", config: { duration: 0 } },
    { name: "notify", type: "webhook", config: { url: receiverUrl } },
  ];
  const made = (await client("POST", "/api/v1/workflows", { name: "Throughput", steps })) as { workflow_id: string };
  const trigger = () => client("POST", "/api/v1/trigger", { workflow_id: made.workflow_id });
  await Promise.all(Array.from({ length: 50 }, trigger)); // functions are loaded and warm
  await runtime.settle();
  const lines: Line[] = [];
  for (const clients of [16, 64]) {
    let left = count;
    const startedAt = performance.now();
    const before = process.cpuUsage();
    const triggerOn = async () => {
      while (left-- > 0) await trigger();
    };
    await Promise.all(Array.from({ length: clients }, triggerOn));
    await runtime.settle();
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(before);
    lines.push(
      { name: `run.per_second.${clients}_clients`, value: count / seconds, unit: "runs/s" },
      { name: `run.cpu.${clients}_clients`, value: (user + system) / 1000 / count, unit: "ms" },
    );
  }
  return lines;
}
