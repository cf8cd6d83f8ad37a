import { expect, test } from "vitest";
import type { Faults } from "#local/faults.ts";
import { inQueue, seen, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;
const entry = (type: string, more = {}) => ({
  EventBusName: "fixture",
  Source: "test",
  DetailType: type,
  Detail: '{"a":1}',
  ...more,
});

test("an event that matches a rule reaches the rule's function and queue", async () => {
  const fixture = await startFixture({ eventPattern: { "detail-type": ["wanted"] } }, virtual);
  const { FailedEntryCount } = await fixture.aws("eventbridge", "PutEvents", {
    Entries: [entry("wanted"), entry("other")],
  });
  expect(FailedEntryCount).toBe(0);
  await fixture.settle();
  expect(seen("schedule")).toEqual([
    expect.objectContaining({
      version: "0",
      source: "test",
      "detail-type": "wanted",
      detail: { a: 1 },
      region: "us-east-1",
    }),
  ]);
  expect((await inQueue(fixture, "Dead")).map((body) => JSON.parse(body).id)).toEqual([seen("schedule")[0].id]);
  expect(fixture.events.map((event) => event["detail-type"])).toEqual(["wanted", "other"]);
});

test("a bus that the stack does not have is an error", async () => {
  const fixture = await startFixture({ eventPattern: { source: ["test"] } }, virtual);
  const put = fixture.aws("eventbridge", "PutEvents", { Entries: [entry("a", { EventBusName: "elsewhere" })] });
  await expect(put).rejects.toThrow("Event bus elsewhere does not exist.");
});

test("putting events is an action that is granted, metered and disturbed like any other", async () => {
  const calls: unknown[] = [];
  const faults: Faults = {
    calls: {
      decide: (call) => {
        calls.push(call);
        return call.index === 0 ? "throttle" : undefined;
      },
    },
  };
  const fixture = await startFixture({ eventPattern: { source: ["test"] } }, { ...virtual, meter: true, faults });
  expect(await fixture.aws("eventbridge", "PutEvents", { Entries: [entry("a")] })).toMatchObject({
    FailedEntryCount: 0,
  });
  const functionName = fixture.resource("Http").ref;
  expect(fixture.usage.actionsByFunction[functionName]).toEqual({ "events:PutEvents": 2 });
  expect(fixture.usage.calls["events:PutEvents"]).toMatchObject({ requests: 2, errors: 1 });
  expect(calls[1]).toMatchObject({ service: "events", action: "PutEvents", functionName, index: 1 });
});

test("a malformed detail fails its entry alone", async () => {
  const fixture = await startFixture({ eventPattern: { source: ["test"] } }, virtual);
  const Entries = [entry("a", { Detail: "no JSON" }), entry("b")];
  expect(await fixture.aws("eventbridge", "PutEvents", { Entries })).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: "MalformedDetail" }, { EventId: expect.any(String) }],
  });
});

test("entries that are 256 KB or more in all are refused, as EventBridge counts them", async () => {
  const fixture = await startFixture({ eventPattern: { source: ["test"] } }, virtual);
  const put = (...bytes: number[]) => {
    const Entries = bytes.map((each) => entry("a", { Detail: JSON.stringify("x".repeat(each - 2)), Time: 1 }));
    return fixture.aws("eventbridge", "PutEvents", { Entries });
  };
  const besides = "test".length + "a".length + 14;
  const half = 128 * 1024 - besides;
  await expect(put(half, half)).rejects.toThrow("over the limit");
  expect(await put(half, half - 1)).toMatchObject({ FailedEntryCount: 0 });
});
