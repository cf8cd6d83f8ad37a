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
});
