import { afterEach, describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { define, start, execute, get, history } = machinesOf(service);
afterEach(() => service.faults.clear());

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Lets time pass in minutes, each of which does what it makes due. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) await service.clock.advance(minuteMs);
}

await define(
  "timed",
  [
    state("open", { is_initial: true, deadline: { after: "P10D", action: "remind" } }),
    state("waiting"),
    state("short", { deadline: { after: 90 } }),
    state("expired", { is_final: true }),
  ],
  [
    action("remind", "open", "open", { roles: ["manager"] }),
    action("wait", "open", "waiting"),
    action("hurry", ["open", "waiting"], "short"),
    action("expire", "waiting", "expired", { after: "P30D" }),
    action("skip", "short", "expired", { after: 30, guard: "data.allowed" }),
  ],
  { instances_kept_days: 5 },
);

describe("a timed action", () => {
  it("is executed by the timer after thirty days, on time, and nothing is called for the instance in between", async () => {
    const id = await start("timed");
    const waiting = (await execute(id, "wait")).body;
    expect(Date.parse(waiting.due_at) - Date.parse(waiting.updated_at)).toBe(30 * dayMs);
    await pass(3);
    const touched: string[] = [];
    service.faults.set({
      calls: {
        before: (call) => void (JSON.stringify(call.body).includes(waiting.instance_id) && touched.push(call.action)),
      },
    });
    await service.clock.advance(30 * dayMs - 10 * minuteMs);
    expect(touched).toEqual([]);
    expect(await get(id)).toMatchObject({ current_state_id: "waiting", version: 2 });
    await pass(10);
    const expired = await get(id);
    expect(expired).toMatchObject({ current_state_id: "expired", is_final: true, version: 3, due_at: null });
    expect(expired.history.at(-1)).toMatchObject({ action_id: "expire", by: "timer", version: 3 });
    const lateMs = Date.parse(expired.updated_at) - Date.parse(waiting.due_at);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(5_000);
  }, 60_000);

  it("of seconds comes by the message alone, and is told as skipped where its guard is not met", async () => {
    const id = await start("timed", { data: { allowed: false } });
    await execute(id, "hurry");
    await service.clock.advance(31_000);
    expect(await get(id)).toMatchObject({ current_state_id: "short", version: 3, overdue: false });
    await service.clock.advance(60_000);
    expect(await get(id)).toMatchObject({ current_state_id: "short", version: 4, overdue: true, due_at: null });
    expect((await history(id)).map(({ type, version, by, reason }) => [type, version, by, reason])).toEqual([
      ["executed", 2, "anonymous", null],
      ["skipped", 3, "timer", "The guard of action skip is not met: data.allowed"],
      ["escalated", 4, "timer", null],
    ]);
    await pass(30);
    expect((await get(id)).version).toBe(4);
  }, 60_000);

  it("does not come once the instance has left the state", async () => {
    const id = await start("timed");
    await execute(id, "wait");
    await service.clock.advance(29 * dayMs);
    await execute(id, "hurry", { data: { allowed: false } });
    await service.clock.advance(2 * dayMs);
    expect(await get(id)).toMatchObject({ current_state_id: "short", overdue: true });
  }, 60_000);

  it("is executed once when messages come twice, in any order, and answers are lost", async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => start("timed", { data: { allowed: true } })));
    service.faults.set({ queue: { duplicate: 0.5, shuffle: true }, calls: { lostAnswer: 0.1 } });
    for (const id of ids) await execute(id, "hurry");
    await service.clock.advance(31_000);
    await pass(10);
    service.faults.clear();
    await pass(10);
    for (const id of ids) {
      expect((await history(id)).map(({ action_id, version }) => [action_id, version])).toEqual([
        ["hurry", 2],
        ["skip", 3],
      ]);
    }
  }, 60_000);

  it("has one message, however often it begins anew, and none of its former ones bring on more", async () => {
    await define(
      "cycle",
      [state("a", { is_initial: true }), state("b")],
      [action("there", "a", "b", { after: 120 }), action("back", "b", "a", { after: 120 })],
    );
    const id = await start("cycle");
    const sent: string[] = [];
    service.faults.set({
      calls: { after: ({ action: what }) => void (what === "SendMessage" && sent.push(what)) },
    });
    await pass(40);
    expect(await history(id)).toHaveLength(20);
    expect(sent.length).toBeLessThan(100); // one for each, and what the sweep sends to be sure
    expect((await service.call("DELETE", `/api/instances/${id}`)).status).toBe(204);
  }, 60_000);

  it("is told as skipped, with why, where its schema refuses an execution without input", async () => {
    const input_schema = { type: "object", required: ["score"] };
    await define(
      "asking",
      [state("open", { is_initial: true }), state("rated")],
      [action("rate", "open", "rated", { after: 30, input_schema })],
    );
    const id = await start("asking");
    await service.clock.advance(31_000);
    expect(await history(id)).toMatchObject([
      { type: "skipped", action_id: "rate", reason: "input.score is required" },
    ]);
    expect(await get(id)).toMatchObject({ current_state_id: "open", due_at: null });
  });

  it("comes by the sweep alone when its message is lost", async () => {
    const id = await start("timed", { data: { allowed: true } });
    service.faults.set({ calls: { decide: ({ action: what }) => (what === "SendMessage" ? "throttle" : undefined) } });
    await execute(id, "hurry");
    await service.clock.advance(40_000);
    expect((await get(id)).current_state_id).toBe("short");
    service.faults.clear();
    await pass(3);
    expect(await get(id)).toMatchObject({ current_state_id: "expired", version: 3 });
  }, 60_000);
});

describe("a deadline", () => {
  it("marks the instance overdue, tells so, and executes its action whatever role that needs", async () => {
    const id = await start("timed");
    expect(await get(id)).toMatchObject({ overdue: false, overdue_since: null });
    await service.clock.advance(10 * dayMs - 5 * minuteMs);
    await pass(6);
    const told = await history(id);
    expect(told.map(({ type, action_id, version }) => [type, action_id, version])).toEqual([
      ["escalated", null, 2],
      ["executed", "remind", 2],
    ]);
    expect(await get(id)).toMatchObject({ current_state_id: "open", overdue: false, version: 2 });
  }, 60_000);
});

describe("a worker killed at any AWS call of a timed action", () => {
  it("before it and after it: the action is executed once", async () => {
    const isWorker = (name: string | null) => name?.includes("WorkerAdvance") ?? false;
    const run = async (calls: Parameters<typeof service.faults.set>[0]["calls"]) => {
      const id = await start("timed", { data: { allowed: true } });
      await execute(id, "hurry");
      service.faults.set({ calls: calls ?? {} });
      await service.clock.advance(31_000);
      await pass(10);
      service.faults.clear();
      expect((await history(id)).map(({ action_id }) => action_id)).toEqual(["hurry", "skip"]);
      expect(await get(id)).toMatchObject({ version: 3 });
    };
    const made: string[] = [];
    await run({ before: (call) => void (isWorker(call.functionName) && made.push(call.action)) });
    expect(made).toContain("PutItem");
    for (const fault of ["kill", "killAfter"] as const) {
      for (let at = 0; at < made.length; at++) {
        let seen = 0;
        await run({ decide: (call) => (isWorker(call.functionName) && seen++ === at ? fault : undefined) });
      }
    }
  }, 120_000);
});

describe("expiry", () => {
  it("a finished instance is not found after the days its definition says, and its parts are cleared away", async () => {
    const id = await start("timed", { id: "expiring", data: { text: "x".repeat(1_000), allowed: true } });
    await execute(id, "hurry");
    await service.clock.advance(31_000);
    const finished = await get(id);
    expect(Date.parse(finished.expires_at) - Date.parse(finished.updated_at)).toBeLessThan(5 * dayMs + 1_000);
    const removed: unknown[] = [];
    service.faults.set({
      calls: { after: (call) => void (call.action === "DeleteItem" && removed.push(call.body.Key)) },
    });
    await service.clock.advance(5 * dayMs);
    await pass(3);
    expect((await service.call("GET", `/api/instances/${id}`)).status).toBe(404);
    expect(JSON.stringify(removed)).toContain(`instance-parts#${finished.instance_id}`);
    service.faults.clear();
    expect(await start("timed", { id: "expiring" })).toBe("expiring");
  }, 60_000);
});
