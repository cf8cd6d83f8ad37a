import { afterAll, afterEach, expect, it } from "vitest";
import { jsonService } from "#local/json-service.ts";
import { type BusEntry, putEvents } from "#store/event-bus.ts";
import { sampleEnvironment } from "#test/sample-environment.ts";

type Request = { Entries: { Source: string; DetailType: string; Detail: string }[] };
const requests: Request[] = [];
/** What the bus says of each entry, by its detail; null: it takes it. */
let codeOf: (detail: string) => string | null = () => null;

const bus = await jsonService(
  "AWSEvents",
  {
    PutEvents: (input) => {
      const request = input as Request;
      requests.push(request);
      const codes = request.Entries.map(({ Detail }) => codeOf(Detail));
      const results = codes.map((code) => (code === null ? { EventId: "e" } : { ErrorCode: code, ErrorMessage: "so" }));
      return { FailedEntryCount: codes.filter((code) => code !== null).length, Entries: results };
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
  codeOf = () => null;
});

const entryOf = (detail: string): BusEntry => ({ type: "workflow.completed", atMs: 0, detail });
const details = () => requests.map(({ Entries: entries }) => entries.map(({ Detail }) => Detail));

it("an entry that the bus will never take is not put again, and the others are", async () => {
  codeOf = (detail) => (detail === "bad" ? "MalformedDetail" : requests.length < 3 ? "ThrottlingException" : null);
  const [a, bad, c] = await putEvents(["a", "bad", "c"].map(entryOf));
  expect([a, c]).toEqual([null, null]);
  expect(bad).toMatchObject({ message: "The bus refuses the event: MalformedDetail so" });
  expect(bad).not.toHaveProperty("$metadata");
  expect(details()).toEqual([
    ["a", "bad", "c"],
    ["a", "c"],
    ["a", "c"],
  ]);
});

it("once a request failed for good those after it are not put: they would have to be put again", async () => {
  codeOf = (detail) => (detail === "12" ? "InternalFailure" : null);
  const outcomes = await putEvents(Array.from({ length: 45 }, (_, at) => entryOf(String(at))));
  expect(outcomes.map((each) => each === null)).toEqual(Array.from({ length: 45 }, (_, at) => at < 20 && at !== 12));
  for (const each of outcomes) if (each !== null) expect(each).toMatchObject({ code: "service_unavailable" });
  expect(requests.flatMap(({ Entries: entries }) => entries)).toHaveLength(10 + 10 + 4);
});

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
