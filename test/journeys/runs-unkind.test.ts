import { afterEach, describe, expect, it } from "vitest";
import type { AwsCall, Faults } from "#local/faults.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const minuteMs = 60_000;

/** Lets time pass in steps, as long as each: what one step makes due is done before the next. */
async function pass(steps: number, stepMs: number): Promise<void> {
  for (let step = 0; step < steps; step++) await service.clock.advance(stepMs);
}
const hook = (name: string, config: object = {}) => ({
  name,
  type: "webhook",
  config: { url: `${receiver.url}/${name}`, ...config },
});

async function workflow(id: string, steps: object[]): Promise<string> {
  const created = await service.call("POST", "/api/v1/workflows", { json: { id, name: id, steps } });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return id;
}

async function trigger(id: string): Promise<string> {
  return (await service.call("POST", "/api/v1/trigger", { json: { workflow_id: id, payload: { a: 1 } } })).body.run_id;
}

const timeline = async (runId: string): Promise<string[]> =>
  (await service.call("GET", `/api/v1/runs/${runId}/timeline?limit=200`)).body.items.map(
    (entry: { type: string }) => entry.type,
  );
const status = async (runId: string) => (await service.call("GET", `/api/v1/runs/${runId}`)).body.status;

/** What must hold of a run of some webhooks, whatever befell it. */
async function expectOnce(runId: string, steps: number, others = 0): Promise<void> {
  expect(await status(runId)).toBe("SUCCESS");
  expect(await timeline(runId)).toEqual([
    "workflow.trigger",
    ...Array(steps + others).fill("step.completed"),
    "workflow.completed",
  ]);
  const ids = receiver.received.map(({ headers }) => String(headers["webhook-id"])).filter((id) => id.includes(runId));
  expect(new Set(ids).size).toBe(steps);
}

describe("a worker killed at any AWS call of a run", () => {
  const isWorker = (call: AwsCall) => call.functionName?.includes("WorkerAdvance") ?? false;

  it("before it and after it: the run ends once, each step is recorded once, under one webhook-id", async () => {
    receiver.reply = () => ({ body: JSON.stringify("x".repeat(40_000)) }); // long enough to lie elsewhere
    let turns = 0;
    // A workflow of its own for each run, and time enough between them: nothing is in a worker's memory.
    const run = async (calls: Faults["calls"]): Promise<string> => {
      await service.clock.advance(15 * minuteMs);
      const id = `killed-${turns++}`;
      await workflow(id, [{ name: "wait", type: "delay", config: { duration: 1 } }, hook("a"), hook("b")]);
      service.faults.set({ calls: calls ?? {} });
      const runId = await trigger(id);
      await pass(3, 1_000);
      await pass(15, minuteMs);
      service.faults.clear();
      await expectOnce(runId, 2, 1);
      return runId;
    };
    await run({});
    const actions: string[] = [];
    await run({ before: (call) => void (isWorker(call) && actions.push(call.action)) });
    expect(actions.filter((action) => action === "PutItem").length).toBeGreaterThanOrEqual(3);
    expect(actions).toContain("PutObject");
    for (const fault of ["kill", "killAfter"] as const) {
      for (let at = 0; at < actions.length; at++) {
        let seen = 0;
        await run({ decide: (call) => (isWorker(call) && seen++ === at ? fault : undefined) });
        expect(seen, `${fault} at ${actions[at]}`).toBeGreaterThan(at);
      }
    }
  }, 300_000);
});

describe("unkind deliveries", () => {
  it("20 % come twice and in any order, 5 % of answers are lost: every run ends once, each step is recorded once", async () => {
    await workflow("unkind", [
      hook("a"),
      { name: "wait", type: "delay", config: { duration: 3 } },
      hook("b"),
      hook("c"),
    ]);
    service.faults.set({
      queue: { duplicate: 0.2, shuffle: true },
      stream: { duplicate: 0.2, replay: 0.1, resplit: true },
      calls: { lostAnswer: 0.05 },
    });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        service.call("POST", "/api/v1/trigger", {
          json: { workflow_id: "unkind" },
          headers: { "idempotency-key": `unkind-${n}` },
        }),
      ),
    );
    const ids = answers.map(({ status: code, body }) => {
      expect(code).toBe(202);
      return body.run_id as string;
    });
    await pass(10, 1_000);
    await pass(20, minuteMs);
    service.faults.clear();
    await pass(20, minuteMs);
    for (const id of ids) await expectOnce(id, 3, 1);
  }, 120_000);

  it("a run whose message is lost is found by the sweep alone", async () => {
    await workflow("lost", [hook("a")]);
    service.faults.set({ calls: { decide: ({ action }) => (action === "SendMessage" ? "throttle" : undefined) } });
    const runId = await trigger("lost");
    await service.settle();
    expect(await status(runId)).toBe("PENDING");
    service.faults.clear();
    await service.clock.advance(5 * minuteMs);
    await expectOnce(runId, 1);
  }, 60_000);
});

describe("long waits", () => {
  it("a wait of thirty days ends on time, and nothing is called for the run in between", async () => {
    await workflow("long", [{ name: "wait", type: "delay", config: { duration: "P30D" } }, hook("a")]);
    const runId = await trigger("long");
    await service.clock.advance(5 * minuteMs);
    const touched: string[] = [];
    service.faults.set({
      calls: { before: (call) => void (JSON.stringify(call.body).includes(runId) && touched.push(call.action)) },
    });
    await service.clock.advance(30 * 86_400_000 - 15 * minuteMs);
    expect(touched).toEqual([]);
    expect(await status(runId)).toBe("WAITING");
    await pass(16, minuteMs);
    await expectOnce(runId, 1, 1);
    const { started_at, step_results } = (await service.call("GET", `/api/v1/runs/${runId}`)).body;
    const waitedMs = Date.parse(step_results.wait.completed_at) - Date.parse(started_at);
    expect(waitedMs).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(waitedMs).toBeLessThan(30 * 86_400_000 + 5_000);
  }, 120_000);

  it("a workflow of forty steps with as many messages is not taken for a loop", async () => {
    const steps = Array.from({ length: 40 }, (_, n) => ({ name: `s${n}`, type: "delay", config: { duration: 1 } }));
    await workflow("forty", steps);
    const runId = await trigger("forty");
    await pass(41, 1_000);
    await expectOnce(runId, 0, 40);
  }, 60_000);
});
