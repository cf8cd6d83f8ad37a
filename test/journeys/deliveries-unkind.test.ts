import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsCall, Faults } from "#local/faults.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";
import { type Delivered, subscriptionsPath as path } from "#test/subscriber.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
const { delay, workflow, trigger } = runFlows(service, receiver);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

async function listen(at: string, event_types?: string[]): Promise<{ id: string; secret: string }> {
  const { status, body } = await service.call("POST", path, { json: { url: `${receiver.url}/${at}`, event_types } });
  expect(status, JSON.stringify(body)).toBe(201);
  await service.clock.advance(31_000);
  return body;
}
const deliveries = async (id: string): Promise<Delivered[]> =>
  (await service.call("GET", `${path}/${id}/deliveries?limit=200`)).body.items;
const remove = (id: string) => service.call("DELETE", `${path}/${id}`);
const idsAt = (at: string): string[] =>
  receiver.received.filter((each) => each.path === `/${at}`).map(({ headers }) => String(headers["webhook-id"]));
const minutes = (count: number) => service.clock.advance(count * 60_000, { tickEveryMs: 15_000 });

describe("deliveries", () => {
  it("under duplicates, replays, shuffles and lost answers: each event is delivered, and each attempt recorded once", async () => {
    const { id, secret } = await listen("unkind");
    const verified: unknown[] = [];
    receiver.reply = ({ body, headers }) => {
      const event = new Webhook(secret).verify(body, headers as Record<string, string>) as { id: string };
      verified.push(event.id);
      return {};
    };
    const flow = await workflow([delay("a", 0), delay("b", 0)]);
    service.faults.set({
      queue: { duplicate: 0.3, shuffle: true },
      stream: { duplicate: 0.3, replay: 0.2, resplit: true },
      calls: { lostAnswer: 0.05 },
    });
    const runIds = await Promise.all(Array.from({ length: 15 }, () => trigger(flow)));
    await minutes(10);
    service.faults.clear();
    await minutes(10);
    const expected = runIds.flatMap((runId) => [1, 2, 3, 4].map((sequence) => `${runId}_${sequence}`));
    const log = await deliveries(id);
    expect(log.map((each) => each.event_id).toSorted()).toEqual(expected.toSorted());
    for (const each of log) {
      expect(each.status).toBe("delivered");
      expect(each.attempts).toHaveLength(each.attempts_made);
      expect(each.attempts_made).toBe(1); // a message that comes twice sends twice at most, and is recorded once
    }
    expect(new Set(idsAt("unkind"))).toEqual(new Set(expected));
    expect(new Set(verified)).toEqual(new Set(expected));
    await remove(id);
  }, 120_000);

  it("whose messages are lost are found by the sweep alone", async () => {
    const { id } = await listen("lost", ["workflow.trigger"]);
    const flow = await workflow([delay("a", 0)]);
    service.faults.set({
      calls: { decide: ({ action }) => (action.startsWith("SendMessage") ? "throttle" : undefined) },
    });
    await trigger(flow);
    await service.settle();
    expect(idsAt("lost")).toEqual([]);
    service.faults.clear();
    await minutes(3);
    expect(idsAt("lost")).toHaveLength(1);
    expect(await deliveries(id)).toMatchObject([{ status: "delivered", attempts_made: 1 }]);
    await remove(id);
  });

  it("are sent by many messages at once under one id, and recorded once", async () => {
    const { id } = await listen("crowd", ["workflow.trigger"]);
    let turns = 0;
    receiver.reply = ({ path: at }) => ({ status: at === "/crowd" && ++turns === 1 ? 500 : 200 });
    await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    const [failed] = await deliveries(id);
    const again = `${path}/${id}/deliveries/${failed?.id}/redeliver`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.call("POST", again)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    await service.settle();
    const [delivered] = await deliveries(id);
    expect(delivered?.status).toBe("delivered");
    expect(delivered?.attempts).toHaveLength(delivered?.attempts_made ?? 0);
    expect(new Set(idsAt("crowd")).size).toBe(1);
    await remove(id);
  });
});

describe("a worker killed at any AWS call of a delivery", () => {
  it("before it and after it: the delivery comes to the same end, under one id", async () => {
    const { id } = await listen("killed", ["workflow.trigger"]);
    const flow = await workflow([delay("a", 300 * 86_400)]); // its trigger is the one event
    const isDelivery = ({ functionName, body }: AwsCall) =>
      (functionName?.includes("WorkerAdvance") ?? false) && /delivery|subscription/.test(JSON.stringify(body));
    /** The first attempt is refused, the second taken. */
    const run = async (calls: Faults["calls"]): Promise<void> => {
      await service.clock.advance(31_000);
      let turns = 0;
      receiver.reply = () => ({ status: ++turns === 1 ? 503 : 200 });
      receiver.received.length = 0;
      service.faults.set({ calls: calls ?? {} });
      const runId = await trigger(flow);
      await minutes(10);
      service.faults.clear();
      await minutes(10);
      const found = (await deliveries(id)).filter(({ event_id }) => event_id === `${runId}_1`);
      expect(found).toMatchObject([{ status: "delivered" }]);
      expect(found[0]?.attempts).toHaveLength(found[0]?.attempts_made ?? 0);
      expect(new Set(idsAt("killed"))).toEqual(new Set([`${runId}_1`]));
    };
    const actions: string[] = [];
    await run({ before: (call) => void (isDelivery(call) && actions.push(call.action)) });
    expect(actions.filter((action) => action === "PutItem")).toHaveLength(2);
    expect(actions).toContain("SendMessage");
    for (const fault of ["kill", "killAfter"] as const) {
      for (let at = 0; at < actions.length; at++) {
        let seen = 0;
        await run({ decide: (call) => (isDelivery(call) && seen++ === at ? fault : undefined) });
        expect(seen, `${fault} at ${actions[at]}`).toBeGreaterThan(at);
      }
    }
    await remove(id);
  }, 300_000);
});

describe("the publisher killed at any of its AWS calls", () => {
  it("before it and after it: every event is on the bus and delivered, under its id", async () => {
    const { id } = await listen("published");
    const isPublisher = (call: AwsCall) => call.functionName?.includes("StreamPublish") ?? false;
    const run = async (calls: Faults["calls"]): Promise<void> => {
      await service.clock.advance(31_000);
      const flow = await workflow([delay("a", 0)]); // one that is in nobody's memory
      service.faults.set({ calls: calls ?? {} });
      const runId = await trigger(flow);
      await minutes(3);
      service.faults.clear();
      await minutes(3);
      const expected = [1, 2, 3].map((sequence) => `${runId}_${sequence}`);
      const onBus = service.events.map(({ detail }) => (detail as { id: string }).id);
      for (const eventId of expected) expect(onBus).toContain(eventId);
      const found = (await deliveries(id)).filter(({ event_id }) => event_id.startsWith(runId));
      expect(found.map(({ event_id }) => event_id).toSorted()).toEqual(expected);
      expect(found.map(({ status }) => status)).toEqual(Array(3).fill("delivered"));
      const sent = new Set(idsAt("published").filter((each) => each.startsWith(runId)));
      expect([...sent].toSorted()).toEqual(expected);
    };
    const actions: string[] = [];
    await run({ before: (call) => void (isPublisher(call) && actions.push(call.action)) });
    expect(actions).toEqual(expect.arrayContaining(["Query", "PutEvents", "PutItem", "SendMessageBatch"]));
    // The stream may bring the same changes in one batch or in several: so the first call of each kind is taken.
    for (const fault of ["kill", "killAfter"] as const) {
      for (const action of new Set(actions)) {
        let seen = 0;
        await run({
          decide: (call) => (isPublisher(call) && call.action === action && seen++ === 0 ? fault : undefined),
        });
        expect(seen, `${fault} at ${action}`).toBeGreaterThan(0);
      }
    }
    await remove(id);
  }, 300_000);
});
