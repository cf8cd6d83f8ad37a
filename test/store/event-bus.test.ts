import { afterAll, afterEach, expect, it } from "vitest";
import { jsonService } from "#local/json-service.ts";
import { type BusEntry, putEvents } from "#store/event-bus.ts";
import { sampleEnvironment } from "#test/sample-environment.ts";

type Request = { Entries: { Source: string; DetailType: string; Detail: string }[] };
const requests: Request[] = [];
const bus = await jsonService(
  "AWSEvents",
  {
    PutEvents: (input) => {
      const request = input as Request;
      requests.push(request);
      return { FailedEntryCount: 0, Entries: request.Entries.map(() => ({ EventId: "e" })) };
    },
  },
  "this test",
);
Object.assign(process.env, sampleEnvironment({ EVENT_BUS_NAME: "ours" }), {
  AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
});
afterAll(() => bus.stop());
afterEach(() => {
  requests.length = 0;
});

const entryOf = (detail: string): BusEntry => ({ type: "workflow.completed", atMs: 0, detail });
const details = () => requests.map(({ Entries: entries }) => entries.map(({ Detail }) => Detail));

/** The longest detail: besides it there are the source, the type, and 14 bytes of time. */
const longest = 256 * 1024 - 1 - "sluice".length - "workflow.completed".length - 14;

it.each([
  ["ten short ones", Array(21).fill(100), [10, 10, 1]],
  ["as many long ones as stay below 256 KB", [200_000, longest - 200_038, 100_000, 100_000, longest - 200_076], [2, 3]],
  ["no byte more", [200_000, longest - 200_037], [1, 1]],
  ["one that is as long as may be", [longest, 10], [1, 1]],
])("a request carries %s", async (_, lengths, sizes) => {
  await putEvents(lengths.map((length: number) => entryOf("x".repeat(length))));
  expect(details().map((each) => each.length)).toEqual(sizes);
  for (const { Entries: entries } of requests) {
    const bytes = entries.map(
      ({ Source, DetailType, Detail }) => 14 + Source.length + DetailType.length + Detail.length,
    );
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(256 * 1024);
  }
});
