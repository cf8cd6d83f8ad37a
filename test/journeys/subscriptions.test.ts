import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import type { EventView } from "#contract/events.ts";
import { subscriptionKey } from "#store/keys.ts";
import { table, tableName } from "#store/table.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { type Received, startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });
const { delay, workflow, trigger } = runFlows(service, receiver);

type Json = Record<string, unknown>;
const path = "/api/v1/subscriptions";
const subscribe = (json: Json, headers = {}) => service.call("POST", path, { json, headers });
const change = (id: string, json: Json, headers: Record<string, string> = { "if-match": "*" }) =>
  service.call("PUT", `${path}/${id}`, { json, headers });
const get = async (id: string) => (await service.call("GET", `${path}/${id}`)).body;
const deliveries = async (id: string, query = "") =>
  (await service.call("GET", `${path}/${id}/deliveries?${query}`)).body.items;
const redeliver = (id: string, deliveryId: string, headers = {}) =>
  service.call("POST", `${path}/${id}/deliveries/${deliveryId}/redeliver`, { headers });

afterEach(async () => {
  receiver.clear();
  for (const { id } of (await service.call("GET", `${path}?limit=200`)).body.items) {
    await service.call("DELETE", `${path}/${id}`);
  }
  await service.clock.advance(31_000); // as long as a process may go by what it read
});

/** Subscribes to what comes, and waits until every process knows. */
async function listen(more: Json = {}) {
  const { status, body } = await subscribe({ url: `${receiver.url}/events`, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  await service.clock.advance(31_000);
  return body as { id: string; secret: string; version: number };
}
const events = (): Received[] => receiver.received.filter((each) => each.path === "/events");
const bodies = (): EventView[] => events().map(({ body }) => JSON.parse(body));
const verify = (secret: string, { body, headers }: Received) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);
const minutes = (count: number) => service.clock.advance(count * 60_000, { tickEveryMs: 15_000 });

describe("POST /api/v1/subscriptions", () => {
  it("201 tells the secret this once: neither the subscription nor the list nor a repeat has it", async () => {
    const json = { url: `${receiver.url}/events`, event_types: ["workflow.completed"], description: "Ours" };
    const created = await subscribe(json, { "idempotency-key": "once" });
    expect(created).toMatchObject({ status: 201, body: { ...json, workflow_id: null, enabled: true, version: 1 } });
    expect(created.headers.get("location")).toBe(`${path}/${created.body.id}`);
    expect(created.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret, ...shown } = created.body;
    expect(await get(shown.id)).toEqual(shown);
    expect((await service.call("GET", path)).body).toMatchObject({ items: [shown], count: 1, total: 1 });
    const repeated = await subscribe(json, { "idempotency-key": "once" });
    expect(repeated).toMatchObject({ status: 201, body: { ...shown, secret: null } });
    expect(repeated.headers.get("idempotency-replayed")).toBe("true");
    expect((await dumpTables(service)).split(secret)).toHaveLength(2); // it is kept once, in the subscription
  });

  it.each<[string, Json, string]>([
    ["an address that is not public", { url: "http://169.254.169.254/latest" }, "url"],
    ["another scheme", { url: "ftp://example.com/" }, "url"],
    ["no URL", {}, "url"],
    ["an event that there is not", { url: "https://example.com/", event_types: ["workflow.odd"] }, "event_types.0"],
    ["no event at all", { url: "https://example.com/", event_types: [] }, "event_types"],
    ["a long description", { url: "https://example.com/", description: "x".repeat(501) }, "description"],
  ])("422 for %s", async (_, json, at) => {
    expect(await subscribe(json)).toMatchObject({
      status: 422,
      body: { code: "validation_failed", errors: [{ path: at }] },
    });
  });

  it("404 for a workflow that is not there; one named by its own id is kept by the id that never changes", async () => {
    expect(await subscribe({ url: "https://example.com/", workflow_id: "nowhere" })).toMatchObject({ status: 404 });
    const workflowId = await workflow([delay("a", 0)], { id: "by-own-id" });
    const { body } = await subscribe({ url: "https://example.com/", workflow_id: "by-own-id" });
    expect(body.workflow_id).toBe(workflowId);
  });

  it("409 for one more than a hundred, however many come at once", async () => {
    const one = () => subscribe({ url: "https://example.com/" });
    for (let n = 0; n < 97; n++) expect((await one()).status).toBe(201);
    const answers = await Promise.all(Array.from({ length: 6 }, one));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const { status, body } of answers)
      if (status !== 201) expect([status, body.code]).toEqual([409, "state_conflict"]);
    const first = (await service.call("GET", `${path}?limit=60`)).body;
    const rest = (await service.call("GET", `${path}?limit=60&cursor=${first.next_cursor}`)).body;
    const ids = [...first.items, ...rest.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(100);
    expect(ids).toEqual(ids.toSorted().reverse());
    expect(rest.next_cursor).toBeNull();
    await service.call("DELETE", `${path}/${ids[0]}`);
    expect((await one()).status).toBe(201);
  }, 60_000);
});

describe("PUT and DELETE /api/v1/subscriptions/{id}", () => {
  it("200 changes what it says, 412 for another version, 428 without one, 404 and 422 as in the beginning", async () => {
    const { id } = await listen({ event_types: ["step.failed"], description: "before" });
    const json = { url: `${receiver.url}/elsewhere` };
    expect(await change(id, json, {})).toMatchObject({ status: 428 });
    expect(await change(id, json, { "if-match": '"2"' })).toMatchObject({ status: 412 });
    expect(await change(id, { url: "http://localhost:1/" })).toMatchObject({ status: 422 });
    const changed = await change(id, { ...json, enabled: false }, { "if-match": '"1"' });
    const expected = {
      ...json,
      event_types: null,
      description: null,
      enabled: false,
      disabled_reason: null,
      version: 2,
    };
    expect(changed).toMatchObject({ status: 200, body: expected });
    expect(await get(id)).toEqual(changed.body);
    expect((await change(id, json)).body).toMatchObject({ enabled: false, version: 3 });
    expect((await change("550e8400-e29b-41d4-a716-446655440000", json)).status).toBe(404);
  });

  it("204 deletes it with its secret, 412 for another version, then 404 everywhere", async () => {
    const { id, secret } = await listen();
    const remove = (headers = {}) => service.call("DELETE", `${path}/${id}`, { headers });
    expect(await remove({ "if-match": '"9"' })).toMatchObject({ status: 412 });
    expect((await remove({ "if-match": '"1"' })).status).toBe(204);
    expect((await remove()).status).toBe(404);
    for (const [method, at] of [
      ["GET", ""],
      ["GET", "/deliveries"],
      ["POST", "/rotate-secret"],
    ] as const) {
      expect((await service.call(method, `${path}/${id}${at}`)).status).toBe(404);
    }
    expect((await service.call("GET", path)).body.items).toEqual([]);
    expect(await dumpTables(service)).not.toContain(secret);
  });
});

describe("a subscription", () => {
  it("gets the events of runs, signed with its secret, under the event's id, as they are on the bus", async () => {
    const { id, secret } = await listen();
    const runId = await trigger(await workflow([delay("a", 0)]), { user: "demo" });
    await service.settle();
    expect(events()).toHaveLength(3);
    for (const received of events()) {
      expect(received.method).toBe("POST");
      expect(received.headers["content-type"]).toBe("application/json");
      const event = verify(secret, received) as EventView;
      expect(received.headers["webhook-id"]).toBe(event.id);
      expect(service.events.map(({ detail }) => detail)).toContainEqual(event);
      expect(() => verify(secret, { ...received, body: `${received.body} ` })).toThrow();
    }
    const told = bodies().sort((a, b) => a.sequence - b.sequence);
    expect(told.map(({ type }) => type)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
    expect(told[0]).toMatchObject({ run_id: runId, data: { payload: { user: "demo" } } });
    const log = await deliveries(id);
    expect(log.map((each: Json) => each.event_id).toSorted()).toEqual(told.map((event) => event.id));
    for (const each of log) {
      expect(each).toMatchObject({ status: "delivered", attempts_made: 1, next_attempt_at: null, error: null });
      expect(each.attempts).toMatchObject([{ status_code: 200, error: null }]);
    }
  });

  it("gets those of its types and its workflow alone, and none from before it was there", async () => {
    const [own, other] = [await workflow([delay("a", 0)]), await workflow([delay("a", 0)])];
    await trigger(own);
    await listen({ event_types: ["workflow.completed"], workflow_id: own });
    await trigger(other);
    const runId = await trigger(own);
    await service.settle();
    expect(bodies()).toMatchObject([{ run_id: runId, type: "workflow.completed", data: { status: "SUCCESS" } }]);
  });

  it("gets nothing while it is disabled", async () => {
    const { id } = await listen();
    await change(id, { url: `${receiver.url}/events`, enabled: false });
    await service.clock.advance(31_000);
    await trigger(await workflow([delay("a", 0)]));
    await service.settle();
    expect(events()).toEqual([]);
    expect(await deliveries(id)).toEqual([]);
  });

  it("gets an event that is longer than 32 KB without what is long of it", async () => {
    await listen({ event_types: ["workflow.trigger"] });
    await trigger(await workflow([delay("a", 0)]), { note: "n".repeat(40_000) });
    await service.settle();
    expect(bodies()).toMatchObject([{ type: "workflow.trigger", data: { payload_omitted: true } }]);
  });

  it("200 rotate-secret: both secrets verify until the next rotation; a repeat of it does not tell the secret", async () => {
    const { id, secret: first } = await listen({ event_types: ["workflow.trigger"] });
    const workflowId = await workflow([delay("a", 0)]);
    const rotate = (headers = {}) => service.call("POST", `${path}/${id}/rotate-secret`, { headers });
    const { body: second, status } = await rotate({ "idempotency-key": "r1" });
    expect([status, second.version]).toEqual([200, 2]);
    expect((await rotate({ "idempotency-key": "r1" })).body).toEqual({ ...second, secret: null });
    await trigger(workflowId);
    await service.settle();
    const [received] = events() as [Received];
    expect(verify(second.secret, received)).toEqual(verify(first, received));
    const third = (await rotate()).body;
    await trigger(workflowId);
    await service.settle();
    const [, later] = events() as [Received, Received];
    expect(verify(third.secret, later)).toEqual(verify(second.secret, later));
    expect(() => verify(first, later)).toThrow();
    expect(await dumpTables(service)).not.toContain(first);
  });
});

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
      const [{ next_attempt_at, updated_at }] = await deliveries(id);
      const waitMs = Date.parse(next_attempt_at) - Date.parse(updated_at);
      expect(waitMs).toBeGreaterThanOrEqual(seconds * 1_000);
      expect(waitMs).toBeLessThanOrEqual(seconds * 1_100);
      const restMs = Math.max(0, Date.parse(next_attempt_at) - service.clock.now());
      await service.clock.advance(Math.max(0, restMs - 120_000)); // time flies, until a sweep before it is due
      expect(events()).toHaveLength(at + 1);
      await minutes(3);
      expect(events()).toHaveLength(at + 2);
    }
    expect(await deliveries(id, "status=pending")).toEqual([]);
    const [failed] = await deliveries(id, "status=failed");
    expect(failed).toMatchObject({ status: "failed", attempts_made: 10, error: "answered 503", next_attempt_at: null });
    expect(failed.attempts.map((each: Json) => each.status_code)).toEqual(Array(10).fill(503));
    expect(new Set(events().map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([`${runId}_3`]));
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
    expect(log.map((each: { attempts: Json[] }) => each.attempts[0]?.error)).toEqual([
      "connection closed before the answer was complete",
      "answered 302",
    ]);
    expect(log[0].attempts[0].status_code).toBeNull();
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
    const log = await deliveries(id, "status=failed");
    expect(log.map((each: Json) => each.error)).toEqual(["answered 410", "The subscription is disabled."]);
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

describe("the log of deliveries", () => {
  it("200 is paged, the newest first, filtered by status, and kept for seven days", async () => {
    const { id } = await listen();
    const workflowId = await workflow([delay("a", 0), delay("b", 0)]);
    for (let n = 0; n < 3; n++) await trigger(workflowId);
    await service.settle();
    const all = await deliveries(id, "limit=200");
    expect(all).toHaveLength(12);
    expect(all.map((each: Json) => each.id)).toEqual(
      all
        .map((each: Json) => each.id)
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
    const [{ id: deliveryId }] = await deliveries(id);
    expect((await redeliver(other.id, deliveryId)).status).toBe(404);
    expect((await redeliver(id, "550e8400-e29b-41d4-a716-446655440000")).status).toBe(404);
    expect((await redeliver(id, deliveryId, { "if-match": '"9"' })).status).toBe(412);
    expect((await redeliver(id, deliveryId, { "if-match": '"2"' })).status).toBe(202);
  });
});
