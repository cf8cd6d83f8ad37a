import { afterEach, describe, expect, it } from "vitest";
import { dumpTables } from "#test/dump-tables.ts";
import { type Received, startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";
import { subscriptionsPath as path, subscriber } from "#test/subscriber.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });
const { delay, workflow, trigger } = runFlows(service, receiver);
const { subscribe, change, get, listen, leave, events, bodies, verify, deliveries } = subscriber(service, receiver);

type Json = Record<string, unknown>;
afterEach(async () => {
  receiver.clear();
  await leave();
});

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
      const event = verify(secret, received);
      expect(received.headers["webhook-id"]).toBe(event.id);
      expect(service.events.map(({ detail }) => detail)).toContainEqual(event);
      expect(() => verify(secret, { ...received, body: `${received.body} ` })).toThrow();
    }
    const told = bodies().sort((a, b) => a.sequence - b.sequence);
    expect(told.map(({ type }) => type)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
    expect(told[0]).toMatchObject({ run_id: runId, data: { payload: { user: "demo" } } });
    const log = await deliveries(id);
    expect(log.map((each) => each.event_id).toSorted()).toEqual(told.map((event) => event.id));
    for (const each of log) {
      expect(each).toMatchObject({ status: "delivered", attempts_made: 1, next_attempt_at: null, error: null });
      expect(each.attempts).toMatchObject([{ status_code: 200, error: null }]);
    }
  });

  it("gets those of its types and its workflow alone, and none from before it was there", async () => {
    const [own, other] = [await workflow([delay("a", 0)]), await workflow([delay("a", 0)])];
    await trigger(own);
    await service.settle(); // what happens to a run after the subscription began is told, whenever the run did
    await service.clock.advance(1);
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
