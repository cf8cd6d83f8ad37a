import { afterEach, describe, expect, it } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const settings = { LOG_LEVEL: "CRITICAL", EGRESS_ALLOW: receiver.address };
const service = await startService({ clock: "virtual", faults: {}, settings });
const { hook, workflow, trigger } = runFlows(service, receiver);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const minuteMs = 60_000;
const once = { retry: { max_attempts: 1 } };
const redrive = (json: unknown) => service.call("POST", "/api/v1/runs/redrive", { json });
const progress = async (location: string | null) => (await service.call("GET", location ?? "")).body;

/** The worker's saves of jobs. */
const isJobSave = ({ action, functionName, body }: AwsCall) =>
  action === "PutItem" && functionName?.includes("Worker") === true && JSON.stringify(body).includes("job#");

describe("POST /api/v1/runs/redrive", () => {
  it("retries a run that fails again once, also when the step is done twice, and counts it", async () => {
    receiver.reply = () => ({ status: 500 });
    const workflow_id = await workflow([hook("a", {}, once)]);
    await trigger(workflow_id);
    await service.settle();
    receiver.clear();
    receiver.reply = () => ({ status: 500 });
    service.faults.set({ calls: { decide: (call) => (isJobSave(call) ? "throttle" : undefined) } });
    const job = await redrive({ workflow_id });
    expect(job.status).toBe(202);
    await service.settle();
    expect(receiver.received).toHaveLength(1);
    service.faults.clear();
    for (let minute = 0; minute < 8; minute++) await service.clock.advance(minuteMs);
    const counts = { retried: 1, skipped: 0 };
    expect(await progress(job.headers.get("location"))).toMatchObject({ status: "completed", counts });
    expect(receiver.received).toHaveLength(1);
  }, 60_000);

  it("422 for a member that it does not know, since a misspelt filter would retry everything", async () => {
    expect(await redrive({ workflow: "a" })).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    const all = await redrive({ workflow_id: null, tag: null });
    expect(all).toMatchObject({ status: 202, body: { filters: { workflow_id: null, tag: null } } });
  });
});
