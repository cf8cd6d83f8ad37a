import { afterEach, describe, expect, it } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { disturbed } from "#test/disturbed.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
const { hook, workflow, trigger } = runFlows(service, receiver);
afterEach(() => receiver.clear());

const order = { source: "api", category: "order", payload: {} };
const keyOf = ({ body }: AwsCall) => (body as { Item?: { pk?: { S?: string } } }).Item?.pk?.S ?? "";

describe("a write of one item that meets a transaction on it", () => {
  it("201, 200 and 204 for records and items without keys when a third of all writes conflict", async () => {
    const statuses = await disturbed(service, { conflict: 0.3 }, () =>
      Promise.all(
        Array.from({ length: 20 }, async () => {
          const record = await service.call("POST", "/records", { json: order });
          const path = `/records/${record.body.id}`;
          const processed = await service.call("POST", `${path}/process`);
          const erased = await service.call("DELETE", path);
          const item = await service.call("POST", "/workflow_items", { json: { title: "x" } });
          const changes = [];
          for (let change = 0; change < 14; change++) {
            const json = { title: `${"y".repeat(60)} ${change}` }; // so many that its history goes into a chunk
            const headers = { "if-match": "*" };
            changes.push((await service.call("PUT", `/workflow_items/${item.body.id}`, { json, headers })).status);
          }
          return [record, processed, erased, item].map(({ status }) => status).concat(changes);
        }),
      ),
    );
    expect(statuses).toEqual(Array(20).fill([201, 200, 204, 201, ...Array(14).fill(200)]));
  }, 120_000);

  it("a worker's save is made all the same: the request of the step is sent once", async () => {
    const runs = 20;
    const flow = await workflow([hook("a"), hook("b")]);
    await disturbed(service, { conflict: 0.3 }, async () => {
      for (let run = 0; run < runs; run++) await trigger(flow);
      await service.settle();
    });
    const counted = Map.groupBy(receiver.received, ({ headers }) => headers["webhook-id"]);
    expect(counted.size).toBe(2 * runs);
    expect([...counted.values()].filter((sent) => sent.length > 1)).toEqual([]);
  }, 120_000);

  it("503 with Retry-After when it does so to the end", async () => {
    const answer = await disturbed(
      service,
      { decide: (call) => (keyOf(call).startsWith("record#") ? "conflict" : undefined) },
      () => service.call("POST", "/records", { json: order }),
    );
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("service_unavailable");
    expect(answer.headers.get("retry-after")).toBe("1");
  });
});
