import { afterEach, describe, expect, it } from "vitest";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
const { hook, workflow, trigger } = runFlows(service, receiver);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const get = async (id: string) => (await service.call("GET", `/api/v1/runs/${id}`)).body;

/** Lets time pass minute by minute, so that messages come back and the sweep comes by. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await service.clock.advance(60_000);
}

/** Lets AWS refuse an action as busy, until the faults are cleared. */
function refusing(action: string): void {
  service.faults.set({ calls: { decide: (call) => (call.action === action ? "throttle" : undefined) } });
}

describe("an answer", () => {
  it("that is nested too deep is kept as its text, and its request is sent once", async () => {
    const body = "[".repeat(5_000) + "]".repeat(5_000);
    receiver.reply = () => ({ body });
    const runId = await trigger(await workflow([hook("tell")]));
    await service.settle();
    const run = await get(runId);
    expect([run.status, run.results.tell?.response_data === body]).toEqual(["SUCCESS", true]);
    await minutes(10);
    expect(receiver.received).toHaveLength(1);
  });

  it("with a number that JavaScript would alter passes its digits on", async () => {
    receiver.reply = () => ({ body: '{"id": 9007199254740993}' });
    const use = hook("use", { method: "GET", url: `${receiver.url}/items/{{ steps.tell.output.response_data.id }}` });
    const runId = await trigger(await workflow([hook("tell"), use]));
    await service.settle();
    expect((await get(runId)).results.tell).toMatchObject({ response_data: { id: "9007199254740993" } });
    expect(receiver.received[1]?.path).toBe("/items/9007199254740993");
  });

  it("that S3 does not take is kept in the table, and its request is sent once", async () => {
    const text = "x".repeat(50_000);
    receiver.reply = () => ({ body: JSON.stringify(text) });
    refusing("PutObject");
    const runId = await trigger(await workflow([hook("tell", {}, { retry: { max_attempts: 5 } })]));
    await minutes(10);
    const run = await get(runId);
    expect([run.status, run.results.tell?.response_data === text]).toEqual(["SUCCESS", true]);
    expect(receiver.received).toHaveLength(1);
  });

  it("that cannot be kept at all fails its step, and its request is not sent again", async () => {
    receiver.reply = () => ({ body: "\u0001".repeat(60_000) }); // six times as long as JSON
    refusing("PutObject");
    const tell = hook("tell", {}, { retry: { max_attempts: 5, backoff: 0 }, on_error: "continue" });
    const runId = await trigger(await workflow([tell]));
    await minutes(10);
    const run = await get(runId);
    expect(run).toMatchObject({ status: "SUCCESS", step_results: { tell: { status: "FAILED", attempt: 1 } } });
    expect(run.step_results.tell.error).toMatch(/^answered 200, and the answer could not be taken in/);
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a configuration that cannot be used", () => {
  it.each([[5_000], [14_000]])("fails its run with a short error, whoever made %i faults of it", async (count) => {
    const id = await workflow([hook("tell", { headers: "{{ payload.h }}" })]);
    const h = Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, null]));
    const runId = await trigger(id, { h });
    await service.settle();
    const run = await get(runId);
    expect(run).toMatchObject({ status: "FAILED", step_results: { tell: { status: "FAILED" } } });
    expect(run.error).toMatch(/config\.headers\.k4 .*, and \d+ more faults$/);
    expect(run.error.length).toBeLessThanOrEqual(1_000);
    const list = await service.call("GET", `/api/v1/runs?workflow_id=${id}`);
    expect(JSON.stringify(list.body).length).toBeLessThan(4_000);
  });
});

describe("what a request came to", () => {
  it("is saved although the next step cannot be begun yet, and the request is sent once", async () => {
    await service.call("PUT", "/api/v1/secrets/LATER", { json: { value: "a-secret-for-later" } });
    refusing("GetParameters");
    const second = hook("second", { headers: { authorization: "{{ secrets.LATER }}" } });
    const runId = await trigger(await workflow([hook("first"), second]));
    await minutes(3);
    expect(await get(runId)).toMatchObject({ status: "PENDING", step_results: { first: { status: "SUCCESS" } } });
    service.faults.clear();
    await minutes(10);
    expect(await get(runId)).toMatchObject({ status: "SUCCESS" });
    expect(receiver.received.map(({ path }) => path)).toEqual(["/step/first", "/step/second"]);
  });
});
