import { expect, it } from "vitest";
import type { AwsCall } from "#local/faults.ts";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({
  clock: "virtual",
  faults: {},
  settings: { EGRESS_ALLOW: receiver.address, EVENT_BUS: "false" },
});
const { delay, hook, workflow, trigger } = runFlows(service, receiver);

it("without a bus and a subscription telling of runs costs one look at the subscriptions in half a minute, and no more", async () => {
  const flow = await workflow([delay("a", 0), hook("b")]);
  const calls: string[] = [];
  const isPublisher = ({ functionName }: AwsCall) => functionName?.includes("StreamPublish") ?? false;
  service.faults.set({ calls: { before: (call) => void (isPublisher(call) && calls.push(call.action)) } });
  await service.clock.advance(31_000);
  const runIds = [await trigger(flow)];
  await service.settle();
  expect(calls).toEqual(["Query"]);
  for (let n = 0; n < 5; n++) runIds.push(await trigger(flow));
  await service.settle();
  expect(calls).toEqual(["Query"]);
  await service.clock.advance(31_000);
  await trigger(flow);
  await service.settle();
  expect(calls).toEqual(["Query", "Query"]);
  await service.call("DELETE", `/api/v1/runs/${runIds[0]}`);
  await service.settle();
  expect(calls).toEqual(["Query", "Query", "SendMessageBatch"]);
  expect(service.events).toEqual([]);
});

it("a subscription to other workflows has nothing read of a run", async () => {
  const [own, other] = [await workflow([delay("a", 0)]), await workflow([hook("b")])];
  const json = { url: `${receiver.url}/events`, workflow_id: own };
  expect((await service.call("POST", "/api/v1/subscriptions", { json })).status).toBe(201);
  await service.clock.advance(31_000);
  const calls: string[] = [];
  const isPublisher = ({ functionName }: AwsCall) => functionName?.includes("StreamPublish") ?? false;
  service.faults.set({ calls: { before: (call) => void (isPublisher(call) && calls.push(call.action)) } });
  await trigger(other, { note: "n".repeat(2_000) });
  await service.settle();
  expect(calls).toEqual(["Query"]);
  await trigger(own);
  await service.settle();
  expect(receiver.received.filter(({ path }) => path === "/events")).toHaveLength(3);
});
