import { expect, test } from "vitest";
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
  const { results } = await fixture.command({ events: [entry("wanted"), entry("other")] });
  expect(results[0]).toMatchObject({ status: 200, FailedEntryCount: 0 });
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
  const { results } = await fixture.command({ events: [entry("a", { EventBusName: "elsewhere" })] });
  expect(results[0]).toMatchObject({ status: 400, __type: "ResourceNotFoundException" });
});

test("a malformed detail fails its entry alone", async () => {
  const fixture = await startFixture({ eventPattern: { source: ["test"] } }, virtual);
  const { results } = await fixture.command({ events: [entry("a", { Detail: "no JSON" }), entry("b")] });
  expect(results[0]).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: "MalformedDetail" }, { EventId: expect.any(String) }],
  });
});
