import type { LocalRuntime } from "#local/local-runtime.ts";
import type { Line } from "./line.ts";
import { clientOf, measure } from "./measure.ts";

type Item = { id: string };

/** What work items cost: write and read units, requests, and milliseconds of the whole path through HTTP. */
export async function itemLines(runtime: LocalRuntime, count: number): Promise<Line[]> {
  const client = clientOf(runtime);
  const json = { title: "Prepare the invoice", description: "For the order 12345 of the customer 678" };
  const create = async (body: object) => ((await client("POST", "/workflow_items", body)) as Item).id;
  const put = (id: string, version: number | "*", body: object) =>
    client("PUT", `/workflow_items/${id}`, body, { "if-match": version === "*" ? "*" : `"${version}"` });
  await put(await create(json), 1, { title: "the first call loads the function" });

  const ids: string[] = [];
  const created = await measure(runtime, count, async () => {
    ids.push(await create(json));
  });
  const started = await measure(runtime, count, (at) => put(ids[at] ?? "", 1, { status: "IN_PROGRESS" }));
  const completed = await measure(runtime, count, (at) => put(ids[at] ?? "", 2, { status: "COMPLETED" }));
  const assigned = await measure(runtime, 50, async () => create({ ...json, assignee: "ada@example.com" }));
  const spilling = await create(json);
  const many = 160;
  const updated = await measure(runtime, many, (at) => put(spilling, at + 1, { due_at: "2026-12-24T18:00:00Z" }));
  const anyVersion = await measure(runtime, 50, (at) => put(ids[at] ?? "", "*", { due_at: null }));
  const get = await measure(runtime, 50, (at) => client("GET", `/workflow_items/${ids[at]}`));
  const page = await measure(runtime, 20, () => client("GET", "/workflow_items?limit=50"));
  const deleted = await measure(runtime, 50, async (at) => {
    const response = await fetch(`${runtime.url}/workflow_items/${ids[at]}`, { method: "DELETE" });
    if (response.status !== 204) throw new Error(`DELETE: ${response.status}`);
  });
  await runtime.settle();
  const report = await measure(runtime, 20, () => client("GET", "/reports/items"));
  const reads = started.table.readUnits + completed.table.readUnits + anyVersion.table.readUnits;

  return [
    { name: "item.create.write_units.table", value: created.table.base, unit: "WRU", budget: 1 },
    { name: "item.create.write_units", value: created.table.writeUnits, unit: "WRU", budget: 2 },
    { name: "item.create_with_assignee.write_units", value: assigned.table.writeUnits, unit: "WRU", budget: 3 },
    { name: "item.update.write_units", value: started.table.writeUnits, unit: "WRU", budget: 1 },
    { name: "item.update.requests", value: started.requests, unit: "requests", budget: 1.2 },
    { name: "item.update.read_units", value: reads, unit: "RRU", budget: 0 },
    { name: "item.update_any_version.write_units", value: anyVersion.table.writeUnits, unit: "WRU", budget: 1 },
    { name: "item.update_160_times.write_units", value: updated.table.writeUnits, unit: "WRU", budget: 1.3 },
    { name: "item.delete.write_units", value: deleted.table.writeUnits, unit: "WRU", budget: 2 },
    { name: "item.get.read_units", value: get.table.readUnits, unit: "RRU", budget: 1 },
    { name: "item.page_of_50.read_units", value: page.readUnits, unit: "RRU", budget: 8 },
    { name: "report.items.read_units", value: report.readUnits, unit: "RRU", budget: 4 },
    { name: "item.create.time", value: created.ms, unit: "ms" },
    { name: "item.update.time", value: started.ms, unit: "ms" },
    { name: "item.page_of_50.time", value: page.ms, unit: "ms" },
  ];
}
