import { afterEach, describe, expect, it, vi } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { advanceRun } from "#runtime/runs/advance-run.ts";
import { sendStep } from "#runtime/runs/send-step.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

vi.mock("#runtime/runs/send-step.ts", { spy: true });
const receiver = await startReceiver();
// The service's own worker dies of every call: what moves runs on is the test.
const calls = {
  decide: ({ functionName }: AwsCall) => (functionName?.includes("WorkerAdvance") ? "kill" : undefined),
} as const;
const service = await startService({
  clock: "virtual",
  faults: { calls },
  settings: { EGRESS_ALLOW: receiver.address },
});
const { hook, delay, workflow, trigger } = runFlows(service, receiver);
afterEach(() => {
  receiver.clear();
  vi.mocked(sendStep).mockReset();
});

const get = async (id: string) => (await service.call("GET", `/api/v1/runs/${id}`)).body;
const advance = (id: string, { isLastDelivery = false, remainingMs = 60_000 } = {}) =>
  advanceRun(
    { type: "advance_run", run_id: id, fence: 0, request_id: "r" },
    { remainingMs: () => remainingMs, isLastDelivery },
  );

describe("a fault of ours", () => {
  it("before a request fails the run at the last delivery of its message, and not before", async () => {
    const id = await trigger(await workflow([hook("tell")]));
    vi.mocked(sendStep).mockRejectedValue(new RangeError("Maximum call stack size exceeded"));
    await expect(advance(id)).rejects.toThrow("stack size");
    expect(await get(id)).toMatchObject({ status: "RUNNING" });
    await service.clock.advance(120_000); // its lease is over
    await expect(advance(id, { isLastDelivery: true })).rejects.toThrow("stack size");
    expect(await get(id)).toMatchObject({
      status: "FAILED",
      error: expect.stringMatching(/^The service fails.*RangeError/),
    });
    expect(receiver.received).toEqual([]);
  });

  it("in AWS never fails it", async () => {
    const id = await trigger(await workflow([hook("tell")]));
    vi.mocked(sendStep).mockRejectedValue(Object.assign(new Error("busy"), { name: "SlowDown", $metadata: {} }));
    await expect(advance(id, { isLastDelivery: true })).rejects.toThrow("busy");
    expect(await get(id)).toMatchObject({ status: "RUNNING", error: null });
  });

  it("after a request fails the run at once: another try would send it again", async () => {
    const id = await trigger(await workflow([hook("tell")]));
    const outcome = { ok: true, output: {} } as const;
    vi.mocked(sendStep).mockResolvedValue({ outcome, output: null, startedAtMs: 0, settledAtMs: 0 });
    await expect(advance(id)).rejects.toThrow("has an output");
    expect(await get(id)).toMatchObject({ status: "FAILED" });
  });

  it("leaves a run alone that somebody else has taken meanwhile", async () => {
    const id = await trigger(await workflow([hook("tell")]));
    vi.mocked(sendStep).mockImplementationOnce(async () => {
      await service.call("POST", `/api/v1/runs/${id}/cancel`);
      await service.call("POST", `/api/v1/runs/${id}/retry`);
      throw new RangeError("no");
    });
    await expect(advance(id, { isLastDelivery: true })).rejects.toThrow("no");
    expect(await get(id)).toMatchObject({ status: "PENDING", retries: 1 });
  });
});

describe("a worker whose time is short", () => {
  it("saves what was done before it begins another step", async () => {
    const id = await trigger(await workflow([delay("a", 0), delay("b", 0)]));
    await advance(id, { remainingMs: 19_999 });
    expect(await get(id)).toMatchObject({ status: "PENDING", current_step: "b" });
    await advance(id, { remainingMs: 19_999 });
    expect(await get(id)).toMatchObject({ status: "SUCCESS" });
  });
});
