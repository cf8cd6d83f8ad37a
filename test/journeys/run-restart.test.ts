import { describe, expect, it } from "vitest";
import { localProcess } from "#test/local-process.ts";
import { startReceiver } from "#test/receiver.ts";
import { callService } from "#test/service.ts";

const receiver = await startReceiver();
const service = localProcess({ EGRESS_ALLOW: receiver.address });

describe("kill -9 of the local service in the middle of runs", () => {
  it("started again it resumes them at once: each ends once, under the webhook-id it had", async () => {
    const url = await service.start();
    const steps = [
      { name: "wait", type: "delay", config: { duration: 1 } },
      { name: "tell", type: "webhook", config: { url: `${receiver.url}/tell` } },
    ];
    await callService(url, "POST", "/api/v1/workflows", { json: { id: "flow", name: "Flow", steps } });
    receiver.reply = () => null; // every request is under way when the process dies
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { body } = await callService(url, "POST", "/api/v1/trigger", { json: { workflow_id: "flow" } });
        return body.run_id as string;
      }),
    );
    await expect.poll(() => receiver.received.length, { timeout: 30_000, interval: 50 }).toBe(5);
    await service.kill();

    receiver.reply = () => ({ body: "{}" });
    const again = await service.start();
    const statuses = () =>
      Promise.all(ids.map(async (id) => (await callService(again, "GET", `/api/v1/runs/${id}`)).body.status));
    await expect.poll(statuses, { timeout: 20_000, interval: 100 }).toEqual(Array(5).fill("SUCCESS"));
    for (const id of ids) {
      const sent = receiver.received.filter(({ headers }) => headers["webhook-id"] === `run_${id}_tell_0`);
      expect(sent.length).toBeGreaterThanOrEqual(2);
      const { items } = (await callService(again, "GET", `/api/v1/runs/${id}/timeline`)).body;
      const types = items.map((entry: { type: string }) => entry.type);
      expect(types).toEqual(["workflow.trigger", "step.completed", "step.completed", "workflow.completed"]);
      expect((await callService(again, "GET", `/api/v1/runs/${id}`)).body.step_results.tell.attempt).toBe(1);
    }
  }, 120_000);
});
