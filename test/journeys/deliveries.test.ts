import type { ServerResponse } from "node:http";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { newDelivery } from "#domain/delivery.ts";
import { deliverEvent } from "#runtime/events/deliver-event.ts";
import { newId } from "#runtime/identity.ts";
import { createDelivery } from "#store/deliveries.ts";
import { subscriptionKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { type Received, startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";
import { type Delivered, subscriptionsPath as path, subscriber } from "#test/subscriber.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });
const { delay, workflow, trigger } = runFlows(service, receiver);
const { change, get, listen, leave, events, verify, deliveries, redeliver, minutes, url } = subscriber(
  service,
  receiver,
);

afterEach(async () => {
  receiver.clear();
  await leave();
});

/** Has the receiver hold its answers back until they are asked for; `held` gives the next one. */
function holdAnswers(): { held: () => Promise<ServerResponse> } {
  const responses: ServerResponse[] = [];
  receiver.reply = (_, response) => {
    responses.push(response);
    return null;
  };
  const held = async () => {
    await expect.poll(() => responses.length, { timeout: 10_000, interval: 10 }).toBeGreaterThan(0);
    return responses.shift() as ServerResponse;
  };
  return { held };
}

describe("a delivery that is not taken", () => {
  const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

  it("is attempted ten times by the schedule of Standard Webhooks, under one id, then fails; redeliver sends it anew", async () => {
    const { id, secret } = await listen({ event_types: ["workflow.completed"] });
    receiver.reply = ({ path: at }) => ({ status: at === "/events" ? 503 : 200 });
    const runId = await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    expect(events()).toHaveLength(1);
    expect(await deliveries(id, "status=pending")).toMatchObject([{ attempts_made: 1, status: "pending" }]);
    for (const [at, seconds] of schedule.entries()) {
      const [{ next_attempt_at: next, updated_at }] = (await deliveries(id)) as [Delivered];
      const waitMs = Date.parse(next ?? "") - Date.parse(updated_at);
      expect(waitMs).toBeGreaterThanOrEqual(seconds * 1_000);
      expect(waitMs).toBeLessThanOrEqual(seconds * 1_100);
      const restMs = Math.max(0, Date.parse(next ?? "") - service.clock.now());
      await service.clock.advance(Math.max(0, restMs - 120_000)); // time flies, until a sweep before it is due
      expect(events()).toHaveLength(at + 1);
      await minutes(3);
      expect(events()).toHaveLength(at + 2);
    }
    expect(await deliveries(id, "status=pending")).toEqual([]);
    const [failed] = (await deliveries(id, "status=failed")) as [Delivered];
    expect(failed).toMatchObject({ status: "failed", attempts_made: 10, error: "answered 503", next_attempt_at: null });
    expect(failed.attempts.map((each) => each.status_code)).toEqual(Array(10).fill(503));
    expect(new Set(events().map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([`${runId}_3`]));
    expect(new Set(events().map(({ headers }) => headers["user-agent"]))).toEqual(new Set(["Sluice/0.1.0"]));
    expect(new Set(events().map(({ body }) => body)).size).toBe(1);
    await minutes(60);
    expect(events()).toHaveLength(10);

    receiver.clear();
    const again = await redeliver(id, failed.id);
    expect(again).toMatchObject({ status: 202, body: { status: "pending", attempts_made: 10, error: null } });
    await service.settle();
    expect(verify(secret, events()[0] as Received)).toMatchObject({ id: `${runId}_3` });
    expect(await deliveries(id)).toMatchObject([{ status: "delivered", attempts_made: 11 }]);
  }, 120_000);

  it("of the first answers that say so: 3xx is not followed, no answer within ten seconds, no connection", async () => {
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    const workflowId = await workflow([delay("a", 0)]);
    receiver.reply = () => ({ status: 302, headers: { location: `${receiver.url}/events` } });
    await trigger(workflowId);
    await service.settle();
    expect(events()).toHaveLength(1);
    receiver.reply = (_, response) => {
      response.destroy();
      return null;
    };
    await trigger(workflowId);
    await service.settle();
    const log = await deliveries(id);
    expect(log.map((each) => each.attempts[0]?.error)).toEqual([
      "connection closed before the answer was complete",
      "answered 302",
    ]);
    expect(log[0]?.attempts[0]?.status_code).toBeNull();
  });

  it("whose receiver answers 410 disables the subscription; what is still to come fails, and can be sent once enabled", async () => {
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    const workflowId = await workflow([delay("a", 0)]);
    receiver.reply = () => ({ status: 500 });
    await trigger(workflowId);
    await service.settle();
    receiver.reply = () => ({ status: 410 });
    await trigger(workflowId);
    await service.settle();
    const disabled = await get(id);
    expect(disabled).toMatchObject({ enabled: false, disabled_reason: "The receiver answered 410 Gone.", version: 2 });
    await minutes(2);
    expect(events()).toHaveLength(2);
    const log = (await deliveries(id, "status=failed")) as [Delivered, Delivered];
    expect(log.map((each) => each.error)).toEqual(["answered 410", "The subscription is disabled."]);
    expect(await redeliver(id, log[1].id)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    receiver.clear();
    expect((await change(id, { url: `${receiver.url}/events`, enabled: true })).body.disabled_reason).toBeNull();
    await redeliver(id, log[1].id);
    await service.settle();
    expect(events().map(({ headers }) => headers["webhook-id"])).toEqual([log[1].event_id]);
  });

  it("is checked again when it is sent: nothing goes to an address that is forbidden by then", async () => {
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    await table().send(
      new UpdateCommand({
        TableName: tableName(),
        Key: subscriptionKey(id),
        UpdateExpression: "SET #url = :url",
        ExpressionAttributeNames: { "#url": "url" },
        ExpressionAttributeValues: { ":url": "http://127.0.0.1:8999/planted" },
      }),
    );
    await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    expect(await deliveries(id)).toMatchObject([
      { status: "failed", attempts_made: 1, error: "the URL must lead to a public address" },
    ]);
  });

  it("of a subscription that was deleted ends with it", async () => {
    receiver.reply = () => ({ status: 500 });
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    await service.call("DELETE", `${path}/${id}`);
    await minutes(10);
    expect(events()).toHaveLength(1);
  });
});

describe("while a request of a delivery is under way", () => {
  it("sending it anew makes no second attempt of one that is taken, nor does it lose it", async () => {
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    const { held } = holdAnswers();
    await trigger(await workflow([delay("a", 0)]));
    const first = await held();
    const [pending] = (await deliveries(id)) as [Delivered];
    expect((await redeliver(id, pending.id)).status).toBe(202);
    const second = await held();
    first.writeHead(200).end();
    await expect.poll(async () => (await deliveries(id))[0]?.status).toBe("delivered");
    second.writeHead(500).end();
    await service.settle();
    expect(await deliveries(id)).toMatchObject([
      { status: "delivered", attempts_made: 1, attempts: [{ status_code: 200 }] },
    ]);
    expect(new Set(events().map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("a subscription that leads elsewhere by then is not disabled by the 410 of where it led", async () => {
    const { id } = await listen({ event_types: ["workflow.trigger"] });
    const { held } = holdAnswers();
    await trigger(await workflow([delay("a", 0)]));
    const answer = await held();
    expect((await change(id, { url: `${url}/elsewhere` })).status).toBe(200);
    answer.writeHead(410).end();
    await service.settle();
    expect(await get(id)).toMatchObject({ enabled: true, version: 2 });
    expect(await deliveries(id)).toMatchObject([{ status: "failed", error: "answered 410" }]);
  });
});

it("a worker whose time is short passes a delivery on, and attempts nothing", async () => {
  const { id: subscriptionId } = await listen();
  const id = newId(service.clock.now());
  const event = { eventId: "run_1", eventType: "workflow.trigger", body: "{}" } as const;
  await createDelivery(newDelivery({ id, subscriptionId, ...event }, service.clock.now()), {
    writeId: "w",
    requestId: "r",
  });
  const message = { type: "deliver_event", delivery_id: id, request_id: "r" } as const;
  await deliverEvent(message, { remainingMs: () => 19_999, isLastDelivery: false });
  expect(events()).toEqual([]);
  await service.settle();
  expect(events()).toHaveLength(1);
  await deliverEvent(message, { remainingMs: () => 60_000, isLastDelivery: false });
  expect(events()).toHaveLength(1); // a message that comes again finds nothing to do
});

describe("the log of deliveries", () => {
  it("200 is paged, the newest first, filtered by status, and kept for seven days", async () => {
    const { id } = await listen();
    const workflowId = await workflow([delay("a", 0), delay("b", 0)]);
    for (let n = 0; n < 3; n++) await trigger(workflowId);
    await service.settle();
    const all = await deliveries(id, "limit=200");
    expect(all).toHaveLength(12);
    expect(all.map((each) => each.id)).toEqual(
      all
        .map((each) => each.id)
        .toSorted()
        .reverse(),
    );
    const first = (await service.call("GET", `${path}/${id}/deliveries?limit=7&status=delivered`)).body;
    const rest = await deliveries(id, `limit=7&status=delivered&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest]).toEqual(all);
    expect(await deliveries(id, "status=failed")).toEqual([]);
    expect((await service.call("GET", `${path}/${id}/deliveries?status=odd`)).status).toBe(422);
    await service.clock.advance(8 * 86_400_000);
    expect(await deliveries(id)).toEqual([]);
  });

  it("404 redeliver for one that is not there, or is another subscription's; 412 for another version", async () => {
    const [{ id }, other] = [await listen({ event_types: ["workflow.trigger"] }), await listen({ enabled: true })];
    await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    const [{ id: deliveryId }] = (await deliveries(id)) as [Delivered];
    expect((await redeliver(other.id, deliveryId)).status).toBe(404);
    expect((await redeliver(id, "550e8400-e29b-41d4-a716-446655440000")).status).toBe(404);
    expect((await redeliver(id, deliveryId, { "if-match": '"9"' })).status).toBe(412);
    expect((await redeliver(id, deliveryId, { "if-match": '"2"' })).status).toBe(202);
  });
});
