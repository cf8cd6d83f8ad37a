import type { Line } from "./line.ts";
import prices from "./prices.json" with { type: "json" };
import type { Counted } from "./run-lines.ts";

/** The memory of functions, by which Lambda bills their time. */
const memoryGiB = 0.5;
/** What an invocation takes in AWS besides the answers it waits for, in milliseconds: guesses, and told as such. */
const workerMs = 40;
const apiMs = 10;
const streamMs = 20;
/** Messages that Lambda takes from the queue at once when there are many: as the template says. */
export const batchSize = 10;

/**
 * Dollars for a million runs, from what was counted. The engine is the table, the queue, the worker and what the sweep
 * reads of each run; the API that triggers, reports and events stand on lines of their own. Lambda receives messages and
 * deletes them once for each invocation. Under load its batches are taken to be full; alone everything is as it was counted.
 */
export function costLines(batched: Counted, alone: Counted, sweepReads: number): Line[] {
  const invoked = (count: number, ms: number) =>
    count * (prices.lambda_requests_per_million + ms * 1_000 * memoryGiB * prices.lambda_gb_second_arm64);
  const engine = ({ writeUnits, readUnits, messages }: Counted, worker: number) =>
    writeUnits * prices.dynamodb_write_units_per_million +
    (readUnits + sweepReads) * prices.dynamodb_read_units_per_million +
    (messages + 2 * worker) * prices.sqs_requests_per_million +
    invoked(worker, workerMs);
  const reports = ({ counterUnits, invocations: { aggregate } }: Counted) =>
    counterUnits * prices.dynamodb_write_units_per_million + invoked(aggregate, streamMs);
  const perMillion = (name: string, value: number) => ({ name: `run.million.${name}`, value, unit: "$" });
  const unheard = invoked(batched.invocations.publish, streamMs);
  return [
    { ...perMillion("engine_batched", engine(batched, batched.messages / batchSize)), budget: 5 },
    { ...perMillion("engine_alone", engine(alone, alone.invocations.worker)), budget: 6 },
    perMillion("api", prices.http_api_requests_per_million + invoked(1, apiMs)),
    perMillion("reports_batched", reports(batched)),
    perMillion("reports_alone", reports(alone)),
    perMillion("events_unheard_batched", unheard),
    perMillion("events_on_the_bus_batched", unheard + 3 * prices.eventbridge_events_per_million),
    ...Object.entries(prices.others).map(([name, { per_million, units_per_run }]) =>
      perMillion(name, per_million * units_per_run),
    ),
  ];
}
