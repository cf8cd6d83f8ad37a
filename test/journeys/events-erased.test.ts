import { afterEach, describe, expect, it } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { logLines } from "#test/log-lines.ts";
import { once, publishedEvents, typesOf } from "#test/published-events.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const settings = { EGRESS_ALLOW: receiver.address, LOG_LEVEL: "WARN" };
const service = await startService({ clock: "virtual", faults: {}, settings });
const { hook, delay, workflow, trigger } = runFlows(service, receiver);
const { published, inOneBatch } = publishedEvents(service);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

const inline = 2_000;
const inBucket = 40_000;

/** A run that ended and was erased while the publisher waits: the stream brings all of it at once when it is released. */
async function erasedUntold(outputBytes: number): Promise<{ runId: string; release: () => void }> {
  receiver.reply = () => ({ body: JSON.stringify("planted-output".padEnd(outputBytes)) });
  const [other, flow] = [await workflow([delay("a", 0)]), await workflow([hook("tell")])];
  let runId = "";
  const release = await inOneBatch(
    () => trigger(other),
    async () => {
      runId = await trigger(flow, { note: "planted-payload".padEnd(2_000) });
      const path = `/api/v1/runs/${runId}`;
      const status = async () => (await service.call("GET", path)).body.status;
      await expect.poll(status, { timeout: 20_000, interval: 20 }).toBe("SUCCESS");
      expect((await service.call("DELETE", path)).status).toBe(204);
    },
  );
  return { runId, release };
}

describe("a run that is erased before its events were told", () => {
  it.each([
    ["in its journal", inline],
    ["in the bucket", inBucket],
  ])(
    "is told of in full, however often the bus refuses, with its output %s; then it is cleared",
    async (_, bytes) => {
      const { runId, release } = await erasedUntold(bytes);
      let refused = 0;
      service.faults.set({
        calls: {
          decide: ({ action, body }) =>
            action === "PutEvents" && JSON.stringify(body).includes(runId) && refused++ < 4 ? "throttle" : undefined,
        },
      });
      release();
      const events = once(await published(runId));
      expect(refused).toBeGreaterThan(4);
      expect(typesOf(events)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
      expect(JSON.stringify(events)).not.toContain("_omitted");
      for (const { data } of events) expect(JSON.stringify(data)).toContain("planted");
      const left = await dumpTables(service);
      for (const planted of ["planted-payload", "planted-output"]) expect(left).not.toContain(planted);
    },
    60_000,
  );
});

const isOf = (name: string, call: AwsCall) => call.functionName?.includes(name) ?? false;

describe("a batch that comes again although its runs were cleared meanwhile", () => {
  it.each([
    ["in its journal", inline, "ListObjectsV2"],
    ["in the bucket", inBucket, "DeleteObjects"],
  ])(
    "is told as far as it can be, and stops nothing, with an output %s",
    async (_, bytes, lastOfClearing) => {
      const { runId, release } = await erasedUntold(bytes);
      const cleared = Promise.withResolvers<void>();
      let asked = false;
      service.faults.set({
        calls: {
          // The publisher dies when it has had the run cleared, and comes again when that is done.
          decide: (call) => {
            if (asked || !isOf("StreamPublish", call) || !JSON.stringify(call.body).includes("clear_run"))
              return undefined;
            asked = true;
            return "killAfter";
          },
          before: async (call) => {
            if (asked && isOf("StreamPublish", call) && call.action !== "SendMessageBatch") await cleared.promise;
          },
          after: (call) => void (isOf("WorkerAdvance", call) && call.action === lastOfClearing && cleared.resolve()),
        },
      });
      const logged = logLines();
      release();
      const events = await published(runId);
      expect(asked).toBe(true);
      const first = once(events.slice(0, 3));
      expect(typesOf(first)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
      for (const { data } of first) expect(JSON.stringify(data)).toContain("planted");
      const again = events.slice(3);
      // An entry that lay in the head of the change is there whatever was cleared; of the others a line in the log is left.
      expect(again.map(({ sequence }) => sequence)).toEqual(bytes === inline ? [1] : [1, 2, 3]);
      const lines = logged().filter((line) => line.run_id === runId && line.sequences !== undefined);
      expect(lines.map(({ sequences }) => sequences)).toEqual(bytes === inline ? [[2, 3]] : []);
      expect(await dumpTables(service)).not.toContain("planted-output");
      for (const { data } of again) expect(JSON.stringify(data)).not.toContain("planted");
      for (const { data } of again) expect(Object.keys(data).join()).toContain("_omitted");
    },
    60_000,
  );
});
