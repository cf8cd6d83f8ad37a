import { readFileSync } from "node:fs";
import type { LocalRuntime } from "#local/local-runtime.ts";
import type { Line } from "./line.ts";
import { clientOf, measure } from "./measure.ts";

/** What instances cost: write and read units, requests, and milliseconds of the whole path through HTTP. */
export async function instanceLines(runtime: LocalRuntime, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const definition = JSON.parse(readFileSync("docs/examples/simple-approval.json", "utf8")) as object;
  await client("POST", "/api/definitions", definition);
  const start = async () => {
    const json = { definition_id: "simple_approval", data: { order_id: "12345", amount: 99.99 } };
    return ((await client("POST", "/api/instances", json)) as { id: string }).id;
  };
  const execute = (id: string, action: string, headers = {}) =>
    client("POST", `/api/instances/${id}/actions/${action}`, {}, headers);
  const turn = (id: string, at: number) => execute(id, at % 2 === 0 ? "submit_for_review" : "request_changes");
  await execute(await start(), "submit_for_review"); // the first call loads the function

  const ids: string[] = [];
  const started = await measure(runtime, count, async () => {
    ids.push(await start());
  });
  const submitted = await measure(runtime, count, (at) => turn(ids[at] ?? "", 0));
  const approved = await measure(runtime, count, (at) => execute(ids[at] ?? "", "approve"));
  const long = await start();
  const many = 160;
  const spilling = await measure(runtime, many, (at) => turn(long, at));
  const keyed = await start();
  const withKey = await measure(runtime, 50, (at) =>
    execute(keyed, at % 2 === 0 ? "submit_for_review" : "request_changes", { "idempotency-key": `bench-${at}` }),
  );
  const get = await measure(runtime, 50, (at) => client("GET", `/api/instances/${ids[at]}`));
  const getLong = await measure(runtime, 20, () => client("GET", `/api/instances/${long}`));
  const page = await measure(runtime, 20, () => client("GET", "/api/instances?limit=50"));
  await runtime.settle();
  const report = await measure(runtime, 20, () => client("GET", "/reports/instances"));

  return [
    { name: "instance.start.write_units", value: started.table.writeUnits, unit: "WRU", budget: 3 },
    { name: "instance.start.requests", value: started.requests, unit: "requests", budget: 6 },
    { name: "instance.execute.write_units", value: submitted.table.writeUnits, unit: "WRU", budget: 1 },
    { name: "instance.execute.read_units", value: submitted.table.readUnits, unit: "RRU", budget: 2 },
    { name: "instance.execute.requests", value: submitted.requests, unit: "requests", budget: 3.2 },
    { name: "instance.execute_into_final.write_units", value: approved.table.writeUnits, unit: "WRU", budget: 2 },
    { name: "instance.execute_160_times.write_units", value: spilling.table.writeUnits, unit: "WRU", budget: 1.2 },
    { name: "instance.execute_160_times.read_units", value: spilling.table.readUnits, unit: "RRU", budget: 5 },
    { name: "instance.execute_with_key.write_units", value: withKey.table.writeUnits, unit: "WRU", budget: 7 },
    { name: "instance.get.read_units", value: get.table.readUnits, unit: "RRU", budget: 2.1 },
    { name: "instance.get_after_160.read_units", value: getLong.table.readUnits, unit: "RRU", budget: 5 },
    { name: "instance.page_of_50.read_units", value: page.readUnits, unit: "RRU", budget: 16 },
    { name: "report.instances.read_units", value: report.readUnits, unit: "RRU", budget: 4 },
    { name: "instance.start.time", value: started.ms, unit: "ms" },
    { name: "instance.execute.time", value: submitted.ms, unit: "ms" },
    { name: "instance.get.time", value: get.ms, unit: "ms" },
  ];
}
