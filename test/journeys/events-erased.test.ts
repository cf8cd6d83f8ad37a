import { afterEach, describe, expect, it } from "vitest";
import { dumpTables } from "#test/dump-tables.ts";
import { once, publishedEvents, typesOf } from "#test/published-events.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
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
            action === "PutEvents" && JSON.stringify(body).includes(runId) && refused++ < 8 ? "throttle" : undefined,
        },
      });
      release();
      const events = once(await published(runId));
      expect(refused).toBeGreaterThan(8);
      expect(typesOf(events)).toEqual(["workflow.trigger", "step.completed", "workflow.completed"]);
      expect(JSON.stringify(events)).not.toContain("_omitted");
      for (const { data } of events) expect(JSON.stringify(data)).toContain("planted");
      const left = await dumpTables(service);
      for (const planted of ["planted-payload", "planted-output"]) expect(left).not.toContain(planted);
    },
    60_000,
  );
});
