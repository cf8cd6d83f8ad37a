import { describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { define, execute } = machinesOf(service);
const call = service.call;

const states = [state("a", { is_initial: true }), state("b"), state("c", { is_final: true })];
const actions = [action("go", "a", "b"), action("stay", ["a", "b"], "b"), action("end", "*", "c")];
for (const id of ["one", "two"]) await define(id, states, actions);

type Counts = Record<string, { total: number; by_status: Record<string, number>; by_state: Record<string, number> }>;

/** Counts what the lists show. */
async function recount(): Promise<{ total: number; by: Counts }> {
  const by: Counts = {};
  let total = 0;
  let cursor = "";
  do {
    const { body } = await call("GET", `/api/instances?limit=200${cursor}`);
    for (const item of body.items) {
      total++;
      by[item.definition_id] ??= { total: 0, by_status: { active: 0, finished: 0 }, by_state: {} };
      const counts = by[item.definition_id] as Counts[string];
      counts.total++;
      const status = item.is_final ? "finished" : "active";
      counts.by_status[status] = (counts.by_status[status] ?? 0) + 1;
      counts.by_state[item.current_state_id] = (counts.by_state[item.current_state_id] ?? 0) + 1;
    }
    cursor = body.next_cursor === null ? "" : `&cursor=${encodeURIComponent(body.next_cursor)}`;
  } while (cursor !== "");
  return { total, by };
}

/** A choice that is the same at every run. */
function chooser(seed: number): <Value>(of: readonly Value[]) => Value {
  let at = seed;
  return (of) => {
    at = (Math.imul(at, 1_103_515_245) + 12_345) >>> 0;
    return of[(at >>> 8) % of.length] as (typeof of)[number];
  };
}

describe("after a storm of mixed commands, under an unkind stream", () => {
  it("GET /reports/instances and GET /api/health equal a recount", async () => {
    service.faults.set({ stream: { duplicate: 0.2, replay: 0.1, resplit: true }, calls: { lostAnswer: 0.02 } });
    const ids: string[] = [];
    const client = async (seed: number) => {
      const choose = chooser(seed);
      for (let turn = 0; turn < 50; turn++) {
        const what = choose(["start", "start", "go", "stay", "stay", "end", "comment", "erase"]);
        const id = choose(ids.length === 0 ? [""] : ids);
        if (what === "start" || id === "") {
          const made = await call("POST", "/api/instances", { json: { definition_id: choose(["one", "two"]) } });
          expect(made.status).toBe(201);
          ids.push(made.body.id);
        } else if (what === "erase") {
          expect([204, 404]).toContain((await call("DELETE", `/api/instances/${id}`)).status);
        } else if (what === "comment") {
          const json = { comment: "hm" };
          expect([200, 404]).toContain((await call("POST", `/api/instances/${id}/comments`, { json })).status);
        } else expect([200, 404, 409]).toContain((await execute(id, what)).status);
      }
    };
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => client(seed * 7_919)));
    await service.settle();
    service.faults.clear();
    const { total, by } = await recount();
    expect(total).toBeGreaterThan(50);
    const report = (await call("GET", "/reports/instances")).body;
    const ownIds = new Map<string, string>();
    for (const own of Object.keys(by)) {
      ownIds.set((await call("GET", `/api/definitions/${own}`)).body.definition_id, own);
    }
    const told = Object.entries(report.by_definition).map(([id, counts]) => [ownIds.get(id), counts]);
    expect(Object.fromEntries(told)).toEqual(by);
    expect(report.total_instances).toBe(total);
    const health = (await call("GET", "/api/health")).body;
    expect(health).toMatchObject({ status: "healthy", definitions_count: 2, instances_count: total });
    expect(health.active_instances_count).toBe(report.by_status.active);
    const one = (await call("GET", "/reports/instances?definition_id=one")).body;
    expect(one.total_instances).toBe(by.one?.total);
    const today = new Date().toISOString().slice(0, 10);
    const of = async (query: string) => (await call("GET", `/reports/instances?${query}`)).body.total_instances;
    expect(await of(`date_from=${today}&date_to=${today}`)).toBe(total);
    expect(await of("date_to=2020-01-01")).toBe(0);
    const verification = await call("POST", "/reports/verify", { json: { family: "instances" } });
    expect(verification.status).toBe(202);
    await service.settle();
    const verified = (await call("GET", verification.headers.get("location") ?? "")).body;
    expect(verified).toMatchObject({ status: "completed", differences: [] });
  }, 110_000);
});
