import { DeleteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventView } from "#contract/events.ts";
import type { CallFault } from "#local/faults.ts";
import { journalChunkKey, poisonKey, subscriptionKey } from "#store/keys.ts";
import { putObject } from "#store/objects.ts";
import { sendMessage } from "#store/queue.ts";
import { countersTableName, table, tableName } from "#store/table.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { logLines } from "#test/log-lines.ts";
import { action, machinesOf, state } from "#test/machines.ts";
import { once, publishedEvents, typesOf } from "#test/published-events.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { countedRun, deleteRun, madeId, putRun } from "#test/run-heads.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const settings = { EGRESS_ALLOW: receiver.address, LOG_LEVEL: "ERROR" };
const service = await startService({ clock: "virtual", faults: {}, settings });
const { hook, delay, workflow, trigger } = runFlows(service, receiver);
const { published } = publishedEvents(service);
const { define, start, execute, get, history } = machinesOf(service);
beforeEach(() => void logLines()); // what goes wrong here is meant to
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const command = (id: string, name: string) => service.call("POST", `/api/v1/runs/${id}/${name}`);

describe("the events of a run on the bus", () => {
  it("tell its trigger with the payload, each step with its output, and its end with the results", async () => {
    const id = await workflow([delay("wait", 0), hook("tell", { body: { a: 1 } })]);
    const runId = await trigger(id, { user: "demo" }, { tag: "order-1" });
    const events = await published(runId);
    expect(typesOf(events)).toEqual(["workflow.trigger", "step.completed", "step.completed", "workflow.completed"]);
    const common = { run_id: runId, workflow_id: id, workflow_version: 1, tag: "order-1" };
    expect(events).toMatchObject(
      [1, 2, 3, 4].map((sequence) => ({ ...common, id: `${runId}_${sequence}`, sequence, time: expect.any(String) })),
    );
    const run = (await service.call("GET", `/api/v1/runs/${runId}`)).body;
    expect(events[0]).toMatchObject({ status: "PENDING", time: run.started_at, data: { payload: { user: "demo" } } });
    expect(events[2]?.data).toMatchObject({ step_name: "tell", attempt: 1, output: run.results.tell });
    expect(events[3]).toMatchObject({ status: "SUCCESS", time: run.completed_at });
    expect(events[3]?.data).toEqual({ status: "SUCCESS", error: null, results: run.results });
    const [first] = service.events.filter(({ detail }) => (detail as EventView).run_id === runId);
    expect(first).toMatchObject({ source: "sluice", "detail-type": "workflow.trigger" });
  });

  it("tell failed attempts, the failed step, and the end with its error; then the retry and what came of it", async () => {
    receiver.reply = () => ({ status: 503 });
    const steps = [hook("tell", {}, { retry: { max_attempts: 2, backoff: 1, jitter: false } })];
    const runId = await trigger(await workflow(steps));
    await service.settle();
    await service.clock.advance(1_000);
    receiver.clear();
    await command(runId, "retry");
    const events = await published(runId);
    expect(typesOf(events)).toEqual([
      "workflow.trigger",
      "step.attempt_failed",
      "step.failed",
      "workflow.completed",
      "workflow.retried",
      "step.completed",
      "workflow.completed",
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(events[1]?.data).toMatchObject({ step_name: "tell", attempt: 1, error: expect.stringContaining("503") });
    expect(events[2]?.data).toMatchObject({ attempt: 2, continued: false });
    expect(events[3]?.data).toMatchObject({ status: "FAILED", error: expect.stringContaining("tell"), results: {} });
    expect(events[4]?.data).toMatchObject({ by: "anonymous", from_step: "tell", payload_edited: false });
    expect(events[6]?.data).toMatchObject({ status: "SUCCESS", results: { tell: { status_code: 200 } } });
  });

  it("tell who paused, resumed and cancelled it", async () => {
    const runId = await trigger(await workflow([delay("wait", 60)]));
    for (const name of ["pause", "resume", "cancel"]) await command(runId, name);
    const events = await published(runId);
    expect(typesOf(events)).toEqual(["workflow.trigger", "workflow.paused", "workflow.resumed", "workflow.cancelled"]);
    for (const event of events.slice(1)) expect(event.data).toEqual({ by: "anonymous" });
    expect(events.at(-1)).toMatchObject({ status: "CANCELLED" });
  });

  it("hold payloads and outputs that lie elsewhere, and leave out what is longer than 200 KB", async () => {
    const text = "x".repeat(50_000);
    receiver.reply = () => ({ body: JSON.stringify(text) });
    const id = await workflow(["a", "b", "c", "d", "e"].map((name) => hook(name)));
    const [short, long] = [{ note: "n".repeat(2_000) }, { note: "n".repeat(210_000) }];
    const requests: { Entries: { Detail: string }[] }[] = [];
    service.faults.set({
      calls: { before: ({ action, body }) => void (action === "PutEvents" && requests.push(body as never)) },
    });
    const runIds = [await trigger(id, short), await trigger(id, long)];
    const [events = [], others = []] = [await published(runIds[0] ?? ""), await published(runIds[1] ?? "")];
    expect(events[0]?.data).toEqual({ payload: short });
    expect(others[0]?.data).toEqual({ payload_omitted: true });
    expect(events[1]?.data).toMatchObject({ step_name: "a", output: { response_data: text } });
    expect(events.at(-1)?.data).toEqual({ status: "SUCCESS", error: null, results_omitted: true });
    for (const { Entries: entries } of requests) {
      expect(entries.length).toBeLessThanOrEqual(10);
      const bytes = entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0);
      expect(bytes).toBeLessThanOrEqual(256 * 1024);
    }
    expect(requests.some(({ Entries: entries }) => entries.length > 1)).toBe(true);
  });

  it("are told in full of a run whose journal lies in many parts", async () => {
    receiver.reply = () => ({ body: JSON.stringify("y".repeat(400)) });
    const names = Array.from({ length: 30 }, (_, n) => `s${n}`);
    const runId = await trigger(await workflow(names.map((name) => hook(name))));
    const events = await published(runId);
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 32 }, (_, n) => n + 1));
    const last = events.at(-1) as Extract<EventView, { type: "workflow.completed" }>;
    expect(Object.keys(last.data.results ?? {})).toEqual(names);
  });
});

describe("the events of a run that a hook triggered", () => {
  it("are told and delivered like those of any other, whoever executed its action and however long its payload is", async () => {
    const flow = await workflow([delay("a", 0)]);
    const payload = { note: "{{ data.note }}", of: "{{ instance.id }}" };
    const hook = { workflow_id: flow, payload };
    await define(
      "hooked",
      [state("open", { is_initial: true }), state("told"), state("late")],
      [action("tell", "open", "told", { hook }), action("remind", "told", "late", { after: "PT1H", hook })],
    );
    const json = { url: `${receiver.url}/events`, workflow_id: flow, event_types: ["workflow.trigger"] };
    const { body: subscription } = await service.call("POST", "/api/v1/subscriptions", { json });
    await service.clock.advance(31_000);
    for (const note of ["short", "long".padEnd(2_000)]) {
      receiver.clear();
      const id = await start("hooked", { data: { note } });
      const told = await execute(id, "tell", {}, { "idempotency-key": note.trim() });
      expect(told.status, JSON.stringify(told.body)).toBe(200);
      await service.clock.advance(65 * 60_000, { tickEveryMs: 60_000 });
      const runIds = (await history(id)).map(({ run_id }) => run_id as string);
      expect(runIds).toHaveLength(2);
      const { instance_id } = await get(id);
      const data = { payload: { note, of: instance_id } };
      for (const runId of runIds) {
        const events = await published(runId);
        expect(typesOf(events)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
        expect(events[0]).toMatchObject({ sequence: 1, status: "PENDING", tag: instance_id, data });
      }
      const delivered = receiver.received.map(({ body }) => JSON.parse(body));
      expect(delivered.map((event) => event.id)).toEqual(runIds.map((runId) => `${runId}_1`));
      for (const event of delivered) expect(event).toMatchObject({ type: "workflow.trigger", data });
    }
    await service.call("DELETE", `/api/v1/subscriptions/${subscription.id}`);
  }, 60_000);
});

describe("an unkind stream", () => {
  it("that duplicates, replays and cuts anew tells every event under one id, with the same words, without a gap", async () => {
    service.faults.set({ stream: { duplicate: 0.3, replay: 0.3, resplit: true }, calls: { lostAnswer: 0.05 } });
    const id = await workflow([hook("a"), delay("b", 0), hook("c")]);
    const runIds = await Promise.all(Array.from({ length: 6 }, (_, n) => trigger(id, { n })));
    await service.clock.advance(20 * 60_000, { tickEveryMs: 60_000 });
    service.faults.clear();
    for (const runId of runIds) {
      const events = once(await published(runId));
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
      expect(events[4]).toMatchObject({ type: "workflow.completed", status: "SUCCESS" });
    }
  }, 120_000);

  it("whose events the bus leaves out, or is too busy for, puts them again", async () => {
    const befallen: string[] = [];
    const outcomes: CallFault[] = ["partial", "throttle", "lostAnswer", ...Array<CallFault>(5).fill("throttle")];
    service.faults.set({
      calls: {
        decide: ({ action, body }) => {
          if (action !== "PutEvents") return undefined;
          if (befallen.length === 0 && (body.Entries as unknown[]).length < 2) return undefined; // nothing to leave out
          const outcome = outcomes.shift();
          if (outcome !== undefined) befallen.push(outcome);
          return outcome;
        },
      },
    });
    const runId = await trigger(await workflow([delay("a", 0), delay("b", 0), delay("c", 0)]));
    const events = once(await published(runId));
    expect(befallen).toHaveLength(8);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it("with a head that cannot be read sets that aside, whole, and goes on", async () => {
    const now = service.clock.now();
    const unreadable = countedRun(madeId(now), "PENDING", now);
    await putRun(unreadable, now, { y: "none" });
    const runId = await trigger(await workflow([delay("a", 0)]));
    expect(typesOf(await published(runId))).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
    expect(await poisonOf(unreadable.id)).toHaveLength(1);
  });

  it("with an entry or an output that is lost tells the other events of it, and sets it aside", async () => {
    const now = service.clock.now();
    const lost = countedRun(madeId(now), "PENDING", now);
    await putRun(lost, now, { y: 4, x: ["000003-lost"], j: JSON.stringify([{ y: "pause", t: now, b: "ada" }]) });
    const damaged = countedRun(madeId(now), "PENDING", now);
    const key = `runs/${damaged.id}/damaged.json`;
    await putObject(key, "no JSON");
    const done = { y: "done", t: now, s: "a" };
    await putRun(damaged, now, {
      y: 3,
      j: JSON.stringify([
        { ...done, k: key, z: 7 },
        { ...done, o: { type: "b" } },
      ]),
    });
    const ids = async (runId: string) => (await published(runId)).map(({ id }) => id);
    expect(await ids(lost.id)).toEqual([`${lost.id}_1`, `${lost.id}_4`]);
    expect(await ids(damaged.id)).toEqual([`${damaged.id}_1`, `${damaged.id}_3`]);
    const [poison] = await poisonOf(lost.id);
    expect(poison?.reason).toContain("lacks the entries 2, 3 of its journal");
    expect(await poisonOf(damaged.id)).toHaveLength(1);
  });

  it("while a subscription cannot be read tells the bus and the others, and logs that it cannot", async () => {
    const others = await service.call("POST", "/api/v1/subscriptions", { json: { url: `${receiver.url}/events` } });
    const damaged = { ...subscriptionKey(madeId(service.clock.now())), f: 1, v: 1, w: [], enabled: "perhaps" };
    await table().send(new PutCommand({ TableName: tableName(), Item: damaged }));
    await service.clock.advance(31_000);
    const logged = logLines();
    const runId = await trigger(await workflow([delay("a", 0)]));
    expect(await published(runId)).toHaveLength(3);
    expect(receiver.received.filter(({ path }) => path === "/events")).toHaveLength(3);
    expect(logged()).toContainEqual(expect.objectContaining({ level: "ERROR", subscription_id: damaged.sk }));
    const { pk, sk } = damaged;
    await table().send(new DeleteCommand({ TableName: tableName(), Key: { pk, sk } }));
    await service.call("DELETE", `/api/v1/subscriptions/${others.body.id}`);
    await service.clock.advance(31_000);
  });

  it("with a run whose definition is lost tells all of it but its results", async () => {
    const now = service.clock.now();
    const ended = countedRun(madeId(now), "SUCCESS", now);
    await putRun(ended, now, { y: 2, j: JSON.stringify([{ y: "end", t: now, w: "SUCCESS" }]) });
    const events = await published(ended.id);
    expect(typesOf(events)).toEqual(["workflow.trigger", "workflow.completed"]);
    expect(events[1]?.data).toEqual({ status: "SUCCESS", error: null, results_omitted: true });
  });
});

/** What was set aside of a run's changes. */
async function poisonOf(runId: string): Promise<{ record: string; reason: string }[]> {
  const { pk, sk } = poisonKey("events", "");
  const { Items: poison = [] } = await table().send(
    new QueryCommand({
      TableName: countersTableName(),
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
      ExpressionAttributeValues: { ":pk": pk, ":sk": sk },
    }),
  );
  return (poison as { record: string; reason: string }[]).filter(({ record }) => record.includes(runId));
}

describe("a run that is gone", () => {
  it("because somebody erased it leaves nothing of what it was given and put out, but for its events", async () => {
    receiver.reply = () => ({ body: JSON.stringify("planted-output".padEnd(2_000)) });
    const runId = await trigger(await workflow([hook("a"), hook("b")]), { note: "planted-payload".padEnd(2_000) });
    await service.settle();
    expect(await dumpTables(service)).toContain("planted-payload");
    await service.call("DELETE", `/api/v1/runs/${runId}`);
    const events = await published(runId);
    expect(typesOf(events).at(-1)).toBe("workflow.completed");
    const left = await dumpTables(service);
    expect(left).not.toContain("planted-payload");
    expect(left).not.toContain("planted-output");
  });

  it("leaves nothing that a late worker writes for it, either, once what was left of it goes", async () => {
    const runId = await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    await service.call("DELETE", `/api/v1/runs/${runId}`);
    await service.settle();
    const chunk = { ...journalChunkKey(runId, "000009-late"), v: 1, j: "planted-late" };
    await table().send(new PutCommand({ TableName: tableName(), Item: chunk }));
    await service.clock.advance(25 * 3_600_000);
    expect(await dumpTables(service)).toContain("planted-late");
    await service.clock.advance(3 * 3_600_000);
    await service.settle();
    expect(await dumpTables(service)).not.toContain("planted-late");
  });

  it("because its time was over leaves as little", async () => {
    const id = await workflow([delay("a", 0)], { runs_kept_days: 1 });
    await trigger(id, { note: "planted-expiry".padEnd(2_000) });
    await service.settle();
    expect(await dumpTables(service)).toContain("planted-expiry");
    await service.clock.advance(2 * 86_400_000);
    await service.settle();
    expect(await dumpTables(service)).not.toContain("planted-expiry");
  });

  it("may be cleared as often as it likes, and one that is there never is", async () => {
    receiver.reply = () => ({ body: JSON.stringify("planted-twice".padEnd(40_000)) });
    const flow = await workflow([hook("a"), hook("b")]);
    const [gone, standing] = [await trigger(flow), await trigger(flow, { note: "planted-standing".padEnd(2_000) })];
    await service.settle();
    const before = (await service.call("GET", `/api/v1/runs/${standing}`)).body;
    await service.call("DELETE", `/api/v1/runs/${gone}`);
    await service.settle();
    for (const run_id of [gone, gone, standing]) await sendMessage({ type: "clear_run", run_id, request_id: "again" });
    await service.settle();
    expect((await service.call("GET", `/api/v1/runs/${standing}`)).body).toEqual(before);
    expect(JSON.stringify(before)).toContain("planted-twice");
    expect((await service.call("GET", `/api/v1/runs/${gone}`)).status).toBe(404);
  });

  it("is cleared although its head could not be read", async () => {
    const now = service.clock.now();
    const unreadable = countedRun(madeId(now), "SUCCESS", now);
    await putRun(unreadable, now, { y: "none" });
    const chunk = { ...journalChunkKey(unreadable.id, "000009-any"), v: 1, j: "planted-unreadable" };
    await table().send(new PutCommand({ TableName: tableName(), Item: chunk }));
    await service.settle();
    await deleteRun(unreadable.id);
    await service.settle();
    expect(await dumpTables(service)).not.toContain("planted-unreadable");
  });

  it("is cleared although the message was not taken at first", async () => {
    const runId = await trigger(await workflow([delay("a", 0)]), { note: "planted-later".padEnd(2_000) });
    await service.settle();
    let refused = 0;
    service.faults.set({
      calls: {
        decide: ({ action, functionName }) =>
          action === "SendMessageBatch" && functionName?.includes("StreamPublish") && refused++ < 6
            ? "throttle"
            : undefined,
      },
    });
    await service.call("DELETE", `/api/v1/runs/${runId}`);
    await service.settle();
    expect(refused).toBeGreaterThan(6);
    expect(await dumpTables(service)).not.toContain("planted-later");
  });
});
