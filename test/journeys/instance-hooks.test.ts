import { afterEach, describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { define, start, execute, get, history } = machinesOf(service);
afterEach(() => service.faults.clear());

const minuteMs = 60_000;
type Run = { run_id: string; status: string };

async function workflow(id: string, more: object = {}): Promise<void> {
  const steps = [{ name: "wait", type: "delay", config: { duration: 1 } }];
  const created = await service.call("POST", "/api/v1/workflows", { json: { id, name: id, steps, ...more } });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
}

await workflow("notify");
await workflow("strict", { input_schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } });
const payload = {
  who: "{{ instance.id }}",
  at: "{{ instance.current_state_id }} {{ instance.version }}",
  amount: "{{ data.amount }}",
  note: "{% input.note & '!' %}",
};
await define(
  "hooked",
  [state("open", { is_initial: true }), state("told"), state("late")],
  [
    action("tell", "open", "told", { hook: { workflow_id: "notify", payload } }),
    action("quick", "open", "told", { hook: { workflow_id: "notify" } }),
    action("strict", "open", "told", { hook: { workflow_id: "strict" } }),
    action("remind", "told", "late", { after: "PT1H", hook: { workflow_id: "notify" } }),
  ],
);

const runsOf = async (instanceId: string): Promise<Run[]> =>
  (await service.call("GET", `/api/v1/runs?tag=${(await get(instanceId)).instance_id}`)).body.items;

describe("an action with a hook", () => {
  it("triggers a run, once, with the payload filled in from input, and data and instance as they are after it", async () => {
    const id = await start("hooked", { id: "first", data: { amount: 5 } });
    const told = await execute(id, "tell", { input: { note: "hello" }, data: { amount: 7 } });
    expect(told.status, JSON.stringify(told.body)).toBe(200);
    const [{ run_id = null } = {}] = await history(id);
    await service.clock.advance(2_000);
    const runs = await runsOf(id);
    expect(runs).toMatchObject([{ run_id, status: "SUCCESS" }]);
    const run = (await service.call("GET", `/api/v1/runs/${run_id}`)).body;
    expect(run.payload).toEqual({ who: "first", at: "told 2", amount: 7, note: "hello!" });
    const { items } = (await service.call("GET", `/api/v1/runs/${run_id}/timeline`)).body;
    expect(items[0].by).toBe(`instance:${run.tag}`);
  });

  it("triggers a run when its time comes", async () => {
    const id = await start("hooked");
    await execute(id, "quick");
    await service.clock.advance(59 * minuteMs);
    for (let minute = 0; minute < 5; minute++) await service.clock.advance(minuteMs);
    expect(await get(id)).toMatchObject({ current_state_id: "late" });
    expect((await runsOf(id)).map(({ status }) => status)).toEqual(["SUCCESS", "SUCCESS"]);
  }, 60_000);

  it("409 state_conflict, and is not executed, when its run cannot be triggered", async () => {
    const id = await start("hooked");
    const strict = await execute(id, "strict");
    expect(strict).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect(strict.body.message).toContain("The hook of action strict cannot be triggered");
    const empty = await execute(id, "tell");
    expect(empty.status).toBe(409);
    expect(empty.body.message).toContain("data.amount");
    expect(await get(id)).toMatchObject({ version: 1 });
    expect(await runsOf(id)).toEqual([]);
  });

  it("200 replays the answer, with one run, for the same Idempotency-Key", async () => {
    const id = await start("hooked");
    const send = () => execute(id, "quick", {}, { "idempotency-key": `hook-${id}` });
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await runsOf(id)).toHaveLength(1);
  });
});

describe("the function killed at any AWS call of an action with a hook", () => {
  it("before it and after it: there is one run for the action, whoever repeats the request, and it ends", async () => {
    const isExecute = (name: string | null) => name?.includes("InstancesExecute") ?? false;
    const run = async (calls: Parameters<typeof service.faults.set>[0]["calls"], keyed: boolean) => {
      const id = await start("hooked");
      const send = () => execute(id, "quick", {}, keyed ? { "idempotency-key": `killed-${id}` } : {});
      service.faults.set({ calls: calls ?? {} });
      const first = await fetch(`${service.url}/api/instances/${id}/actions/quick`, {
        method: "POST",
        headers: keyed ? { "idempotency-key": `killed-${id}`, "content-type": "application/json" } : {},
        body: keyed ? "{}" : null,
      });
      service.faults.clear();
      if (first.status !== 200) {
        const again = await send();
        const executedBefore = again.status === 409;
        expect(executedBefore ? !keyed : again.status === 200).toBe(true);
      }
      for (let minute = 0; minute < 6; minute++) await service.clock.advance(minuteMs);
      const entries = await history(id);
      expect(entries).toHaveLength(1);
      expect(await runsOf(id)).toMatchObject([{ run_id: entries[0]?.run_id, status: "SUCCESS" }]);
    };
    const made: string[] = [];
    await run({ before: (call) => void (isExecute(call.functionName) && made.push(call.action)) }, true);
    expect(made).toContain("TransactWriteItems");
    expect(made).toContain("SendMessage");
    for (const fault of ["kill", "killAfter"] as const) {
      for (const keyed of [false, true]) {
        for (let at = 0; at < made.length; at++) {
          let seen = 0;
          await run({ decide: (call) => (isExecute(call.functionName) && seen++ === at ? fault : undefined) }, keyed);
        }
      }
    }
  }, 120_000);
});

it("422 for a hook whose payload can be no object, and 409 that says so where a template gives none", async () => {
  const states = [state("open", { is_initial: true }), state("told")];
  const hooked = (sent: unknown) => [
    action("tell", "open", "told", { hook: { workflow_id: "notify", payload: sent } }),
  ];
  for (const sent of [["a"], "plain text", 7, true]) {
    const json = { id: "odd", states, actions: hooked(sent) };
    const errors = [{ path: "actions.0.hook.payload", message: "must be an object, or a template that gives one" }];
    expect(await service.call("POST", "/api/definitions", { json })).toMatchObject({ status: 422, body: { errors } });
  }
  await define("templated", states, hooked("{{ data.list }}"));
  const refused = await execute(await start("templated", { data: { list: [1] } }), "tell");
  const message = "The hook of action tell cannot be triggered: its payload is no object: a run's payload is one";
  expect(refused).toMatchObject({ status: 409, body: { message } });
});
