import { describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { define } = machinesOf(service);
const commandCount = 5_000;
const clientCount = 16;

const states = [state("a", { is_initial: true }), state("b"), state("c", { is_final: true })];
const actions = [action("go", "a", "b"), action("stay", ["a", "b"], "b"), action("end", "*", "c")];
for (const id of ["one", "two"]) await define(id, states, actions);
for (const id of ["one", "two"]) {
  const json = { name: `${id} again`, states, actions };
  await service.call("PUT", `/api/definitions/${id}`, { json, headers: { "if-match": '"1"' } });
}

/** Sends a command as fast as may be: its answer is looked at here, not against the OpenAPI document. */
async function send(method: string, path: string, json?: object, headers = {}): Promise<{ status: number; body: any }> {
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

/** A choice that is the same at every run. */
function chooser(seed: number): <Value>(of: readonly Value[]) => Value {
  let at = seed;
  return (of) => {
    at = (Math.imul(at, 1_103_515_245) + 12_345) >>> 0;
    return of[(at >>> 8) % of.length] as (typeof of)[number];
  };
}

const items: string[] = [];
const instances: string[] = [];

/** Commands by name; each says what may come of it, whatever the others do meanwhile. */
const commands: Record<string, (choose: ReturnType<typeof chooser>) => Promise<[status: number, allowed: number[]]>> = {
  createItem: async () => {
    const { status, body } = await send("POST", "/workflow_items", { title: "storm" });
    items.push(body.id);
    return [status, [201]];
  },
  changeItem: async (choose) => {
    const change = choose([
      { status: "IN_PROGRESS" },
      { status: "COMPLETED" },
      { status: "CANCELLED" },
      { title: "x" },
    ]);
    const ifMatch = choose(["*", '"1"', '"2"']);
    const { status } = await send("PUT", `/workflow_items/${choose(items)}`, change, { "if-match": ifMatch });
    return [status, [200, 404, 409, 412]];
  },
  changeItems: async (choose) => {
    const change = () => ({ id: choose(items), status: choose(["IN_PROGRESS", "CANCELLED"]), version: choose([1, 2]) });
    return [(await send("POST", "/workflow_items/transitions", [change(), change(), change()])).status, [200]];
  },
  deleteItem: async (choose) => {
    const { status } = await send("DELETE", `/workflow_items/${choose(items)}`);
    return [status, [204, 404]];
  },
  start: async (choose) => {
    const { status, body } = await send("POST", "/api/instances", { definition_id: choose(["one", "two"]) });
    instances.push(body.id);
    return [status, [201]];
  },
  execute: async (choose) => {
    const path = `/api/instances/${choose(instances)}/actions/${choose(["go", "stay", "end"])}`;
    return [(await send("POST", path)).status, [200, 404, 409]];
  },
  comment: async (choose) => {
    const path = `/api/instances/${choose(instances)}/comments`;
    return [(await send("POST", path, { comment: "in a storm" })).status, [200, 404]];
  },
  migrate: async (choose) => {
    const json = { definition_version: choose([1, 2]), state_map: choose([{}, { b: "a" }, { a: "c" }]) };
    return [(await send("POST", `/api/instances/${choose(instances)}/migrate`, json)).status, [200, 404, 409]];
  },
  switchPart: async (choose) => {
    const part = choose(["actions/go", "actions/stay", "states/b"]);
    const path = `/api/definitions/${choose(["one", "two"])}/${part}/${choose(["disable", "enable", "enable"])}`;
    return [(await send("POST", path)).status, [200]];
  },
  erase: async (choose) => [(await send("DELETE", `/api/instances/${choose(instances)}`)).status, [204, 404]],
};
const ofItems = ["createItem", "createItem", "changeItem", "changeItem", "changeItem", "changeItems", "deleteItem"];
const ofInstances = ["start", "start", "execute", "execute", "execute", "execute", "comment", "migrate", "erase"];

/** How many things a list shows, by what is told of each. */
async function recount(path: string, keyOf: (thing: any) => string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { body } = await send(
      "GET",
      `${path}?limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const thing of body.items) counts[keyOf(thing)] = (counts[keyOf(thing)] ?? 0) + 1;
    cursor = body.next_cursor;
  }
  return counts;
}

const present = (counts: Record<string, number>) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

describe(`after a storm of ${commandCount} mixed commands under an unkind stream`, () => {
  it("the reports and GET /api/health equal a recount, and verify agrees", async () => {
    service.faults.set({ stream: { duplicate: 0.1, replay: 0.05, resplit: true } });
    await commands.createItem?.(chooser(1));
    await commands.start?.(chooser(1));
    const client = async (seed: number) => {
      const choose = chooser(seed);
      for (let turn = 0; turn < commandCount / clientCount; turn++) {
        const name = choose([...ofItems, ...ofInstances, "switchPart"]);
        const [status, allowed] = (await commands[name]?.(choose)) ?? [0, []];
        expect(allowed, `${name} ${status}`).toContain(status);
      }
    };
    await Promise.all(Array.from({ length: clientCount }, (_, at) => client((at + 1) * 7_919)));
    await service.settle();
    service.faults.clear();

    const byStatus = await recount("/workflow_items", (item) => item.status);
    expect(present((await send("GET", "/reports/items")).body.by_status)).toEqual(byStatus);
    const byPlace = await recount("/api/instances", (each) => `${each.definition_id}/${each.current_state_id}`);
    const report = (await send("GET", "/reports/instances")).body;
    const told: Record<string, number> = {};
    for (const own of ["one", "two"]) {
      const { definition_id } = (await send("GET", `/api/definitions/${own}`)).body;
      for (const [id, count] of Object.entries(report.by_definition[definition_id].by_state))
        told[`${own}/${id}`] = Number(count);
    }
    expect(present(told)).toEqual(byPlace);
    const total = Object.values(byPlace).reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(300);
    expect((await send("GET", "/api/health")).body).toMatchObject({ definitions_count: 2, instances_count: total });
    await service.clock.advance(6 * 60_000); // what changed within five minutes would be told as moving
    for (const family of ["items", "instances", "machines"]) {
      const job = (await send("POST", "/reports/verify", { family })).body;
      await service.settle();
      expect((await send("GET", `/reports/verify/${job.id}`)).body).toMatchObject({ result: "agree" });
    }
  }, 240_000);
});
