import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import type { QueueMessage } from "#contract/queue-messages.ts";
import { uuid7 } from "#domain/uuid7.ts";
import type { AwsCall } from "#local/faults.ts";
import { deliveryKey, dueSortKey, instanceKey, jobKey, type Key, runKey } from "#store/keys.ts";
import { sendMessages } from "#store/queue.ts";
import { table, tableName } from "#store/table.ts";
import { action, machinesOf, state } from "#test/machines.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const settings = { LOG_LEVEL: "CRITICAL", SHARDS: "1", EGRESS_ALLOW: receiver.address };
const service = await startService({ clock: "virtual", faults: {}, settings });
const { hook, delay, workflow, trigger } = runFlows(service, receiver);
const { define, start, execute, get } = machinesOf(service);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) await service.clock.advance(minuteMs);
}

const status = async (runId: string) => (await service.call("GET", `/api/v1/runs/${runId}`)).body.status;

async function countOf(runStatus: string): Promise<number> {
  let [count, cursor] = [0, ""];
  do {
    const { items, next_cursor } = (await service.call("GET", `/api/v1/runs?status=${runStatus}&limit=200${cursor}`))
      .body;
    count += items.length;
    cursor = next_cursor === null ? "" : `&cursor=${encodeURIComponent(next_cursor)}`;
  } while (cursor !== "");
  return count;
}

const isSweep = ({ functionName }: AwsCall) => functionName?.includes("ScheduleSweep") ?? false;

/** What the sweep sends while some time passes: the texts of its messages. */
async function sentBySweep(during: () => Promise<void>): Promise<string[]> {
  const sent: string[] = [];
  const before = (call: AwsCall) => {
    if (!isSweep(call) || !call.action.startsWith("SendMessage")) return;
    const { MessageBody, Entries = [] } = call.body as { MessageBody?: string; Entries?: { MessageBody: string }[] };
    sent.push(...(MessageBody === undefined ? [] : [MessageBody]), ...Entries.map((entry) => entry.MessageBody));
  };
  service.faults.set({ calls: { before } });
  await during();
  service.faults.clear();
  return sent;
}

/** Heads that nobody can read, all due before everything else. */
async function putUnreadable(keyOf: (id: string) => Key, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const id = uuid7(Date.now(), new Uint8Array(10).fill(at % 256).fill(at >> 8, 0, 3), 0);
    const Item = { ...keyOf(id), v: 1, f: 1, s: "nonsense", r: dueSortKey(1, id) };
    await table().send(new PutCommand({ TableName: tableName(), Item }));
  }
}

describe("the sweep under load, of one shard", () => {
  it("ends 700 waits of an hour on time, and sends for each once", async () => {
    const flow = await workflow([delay("wait", 3600)]);
    const ids = new Set<string>();
    for (let group = 0; group < 70; group++) {
      for (const id of await Promise.all(Array.from({ length: 10 }, () => trigger(flow)))) ids.add(id);
    }
    await service.clock.advance(hourMs - 2 * minuteMs);
    const sent = await sentBySweep(() => service.clock.advance(2 * minuteMs + 30_000, { tickEveryMs: 1_000 }));
    expect(sent).toHaveLength(ids.size);
    expect(await countOf("success")).toBe(ids.size);
    expect(await sentBySweep(() => pass(3))).toEqual([]);
  }, 240_000);

  it("passes by any number of heads that cannot be read", async () => {
    for (const keyOf of [runKey, jobKey, deliveryKey, instanceKey]) await putUnreadable(keyOf, 450);
    const states = [state("open", { is_initial: true }), state("over", { is_final: true })];
    await define("late", states, [action("expire", "open", "over", { after: 3600 })]);
    const [run, instance] = [await trigger(await workflow([delay("wait", 3600)])), await start("late")];
    const lost = await workflow([hook("lost")]);
    service.faults.set({ calls: { decide: (call) => (call.action === "SendMessage" ? "throttle" : undefined) } });
    const overdue = await trigger(lost);
    const job = (await service.call("POST", "/reports/verify", { json: {} })).body;
    service.faults.clear();
    await service.clock.advance(hourMs - 2 * minuteMs);
    await pass(4);
    expect([await status(run), await status(overdue)]).toEqual(["SUCCESS", "SUCCESS"]);
    expect(await get(instance)).toMatchObject({ current_state_id: "over" });
    expect((await service.call("GET", `/reports/verify/${job.id}`)).body.status).toBe("completed");
  }, 240_000);
});

describe("while the queue has a backlog", () => {
  it("waits that the sweep missed are ended, and what is overdue waits for the queue", async () => {
    const lost = await workflow([hook("lost")]);
    service.faults.set({ calls: { decide: (call) => (call.action === "SendMessage" ? "throttle" : undefined) } });
    const overdue = await trigger(lost);
    service.faults.clear();
    const wait = await trigger(await workflow([delay("wait", 3600)]));
    service.faults.set({ calls: { decide: (call) => (isSweep(call) ? "throttle" : undefined) } });
    await service.clock.advance(hourMs + 2 * minuteMs);
    service.faults.clear();
    // Messages that the worker fails with: they are in its hands for six minutes.
    const bad = { type: "advance_job", job_id: "nonsense", request_id: "x" } as unknown as QueueMessage;
    await sendMessages(Array.from({ length: 1_050 }, () => bad));
    await service.settle();
    await pass(2);
    expect([await status(wait), await status(overdue)]).toEqual(["SUCCESS", "PENDING"]);
    await pass(60);
    expect(await status(overdue)).toBe("SUCCESS");
  }, 240_000);
});

describe("what the sweep sends again", () => {
  it("comes after growing gaps, however often it looks", async () => {
    const minutes: number[] = [];
    const lost = await workflow([hook("lost")]);
    service.faults.set({ calls: { decide: (call) => (call.action === "SendMessage" ? "throttle" : undefined) } });
    const runId = await trigger(lost);
    const isSent = (call: AwsCall) => isSweep(call) && call.action === "SendMessageBatch";
    for (let minute = 0; minute < 45; minute++) {
      const decide = (call: AwsCall) => {
        if (isSent(call) && JSON.stringify(call.body).includes(runId)) minutes.push(minute);
        return call.action.startsWith("SendMessage") ? ("throttle" as const) : undefined;
      };
      service.faults.set({ calls: { decide } });
      await pass(1);
    }
    const distinct = [...new Set(minutes)];
    const gaps = distinct.slice(1).map((minute, at) => minute - (distinct[at] ?? 0));
    expect(gaps).toHaveLength(3); // by the age that the run has when the first is sent: four minutes, or five
    const doubled = 2 * (gaps[0] ?? 0);
    // The work of the minutes takes time too, by which a look may just miss what is due.
    expect([doubled, doubled + 1]).toContain(gaps[1]);
    expect([15, 16]).toContain(gaps[2]);
  }, 120_000);

  it("is no timer of an instance that its message bridges, until that is a minute late", async () => {
    const states = [state("open", { is_initial: true }), state("over", { is_final: true })];
    const actions = [action("again", "open", "open"), action("expire", "open", "over", { after: 90 })];
    await define("short", states, actions);
    const id = await start("short");
    const kept = await sentBySweep(async () => {
      for (let minute = 0; minute < 6; minute++) {
        await execute(id, "again");
        await pass(1);
      }
    });
    expect(kept.filter((text) => text.includes(id))).toEqual([]);
    service.faults.set({ calls: { decide: (call) => (call.action === "SendMessage" ? "throttle" : undefined) } });
    const lost = await start("short");
    service.faults.clear();
    const sent = await sentBySweep(() => pass(4));
    expect(sent.filter((text) => text.includes(lost))).toHaveLength(1);
    expect(await get(lost)).toMatchObject({ current_state_id: "over", version: 2 });
  }, 120_000);
});
