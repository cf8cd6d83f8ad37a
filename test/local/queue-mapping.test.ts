import { describe, expect, test } from "vitest";
import { bodies, inQueue, plan, type Seen, seen, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;
const visibilityMs = 31_000;

describe("delivery", () => {
  test("a message arrives as Lambda shapes it", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({
      send: [{ MessageBody: "hello", MessageAttributes: { tag: { DataType: "String", StringValue: "x" } } }],
    });
    await fixture.settle();
    const [record] = seen("queue")[0].Records;
    expect(record).toMatchObject({
      body: "hello",
      eventSource: "aws:sqs",
      awsRegion: "us-east-1",
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: expect.stringMatching(/^\d{13}$/) },
      messageAttributes: { tag: { stringValue: "x", dataType: "String", stringListValues: [], binaryListValues: [] } },
    });
    expect(record.eventSourceARN).toBe(fixture.resource("Queue").attributes.Arn);
  });

  test("a delivered message is deleted", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.send("once");
    await fixture.settle();
    await fixture.clock.advance(visibilityMs);
    expect(bodies()).toEqual([["once"]]);
  });

  test("a delayed message arrives when its delay has passed", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ send: [{ MessageBody: "later", DelaySeconds: 900 }] });
    await fixture.clock.advance(899_000);
    expect(bodies()).toEqual([]);
    await fixture.clock.advance(2_000);
    expect(bodies()).toEqual([["later"]]);
  });

  test("a delayed message arrives by the machine's clock too, at a mapping that has nothing else to do", async () => {
    const fixture = await startFixture();
    await fixture.settle();
    const arrived = new Promise((resolve) => {
      plan("queue", (event) => resolve(event.Records[0].body));
    });
    await fixture.command({ send: [{ MessageBody: "later", DelaySeconds: 1 }] });
    expect(await arrived).toBe("later");
  });

  test("a batch holds no more than its size", async () => {
    const fixture = await startFixture({ queueMapping: { batchSize: 2, maximumBatchingWindowInSeconds: 20 } }, virtual);
    await fixture.send("1", "2", "3", "4", "5");
    await fixture.settle();
    expect(
      bodies()
        .map((batch) => batch.length)
        .sort(),
    ).toEqual([1, 2, 2]);
  });

  test("no more batches at once than the mapping allows", async () => {
    let running = 0;
    let most = 0;
    const fixture = await startFixture(
      { queueMapping: { batchSize: 1, scalingConfig: { maximumConcurrency: 2 } } },
      virtual,
    );
    plan("queue", async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    });
    await fixture.send("1", "2", "3", "4", "5", "6");
    await fixture.settle();
    expect([most, bodies().length]).toEqual([2, 6]);
  });

  test("messages that a filter rejects are deleted unseen", async () => {
    const filterCriteria = { filters: [{ pattern: '{"body":{"kind":["wanted"]}}' }] };
    const fixture = await startFixture({ queueMapping: { filterCriteria } }, virtual);
    await fixture.send('{"kind":"wanted"}', '{"kind":"other"}', "no JSON");
    await fixture.clock.advance(visibilityMs);
    expect(bodies().flat()).toEqual(['{"kind":"wanted"}']);
  });
});

describe("failures", () => {
  const failing = (wanted: (body: string) => boolean) => (event: Seen) => ({
    batchItemFailures: event.Records.filter((record: Seen) => wanted(record.body)).map((record: Seen) => ({
      itemIdentifier: record.messageId,
    })),
  });

  test("only the failed messages of a batch come again, after the visibility timeout", async () => {
    const fixture = await startFixture(
      { queueMapping: { batchSize: 10, maximumBatchingWindowInSeconds: 20 } },
      virtual,
    );
    plan(
      "queue",
      failing((body) => body === "bad" && seen("queue").length === 1),
    );
    await fixture.send("good", "bad");
    await fixture.settle();
    await fixture.clock.advance(visibilityMs);
    expect(bodies()).toEqual([["good", "bad"], ["bad"]]);
    expect(seen("queue")[1].Records[0].attributes.ApproximateReceiveCount).toBe("2");
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no"))],
    ["answers an id that is empty", () => ({ batchItemFailures: [{ itemIdentifier: "" }] })],
    ["answers an id that is unknown", () => ({ batchItemFailures: [{ itemIdentifier: "nobody" }] })],
    ["answers an item without an id", () => ({ batchItemFailures: [{}] })],
    ["answers no list", () => ({ batchItemFailures: "all" })],
  ])("the whole batch comes again when the function %s", async (_, answer) => {
    const fixture = await startFixture(
      { queueMapping: { batchSize: 10, maximumBatchingWindowInSeconds: 20 } },
      virtual,
    );
    plan("queue", () => (seen("queue").length === 1 ? answer() : undefined));
    await fixture.send("1", "2");
    await fixture.settle();
    await fixture.clock.advance(visibilityMs);
    expect(bodies().map((batch) => batch.toSorted())).toEqual([
      ["1", "2"],
      ["1", "2"],
    ]);
  });

  test("a message that keeps failing moves to the dead-letter queue", async () => {
    const fixture = await startFixture({}, virtual);
    plan("queue", () => Promise.reject(new Error("never")));
    await fixture.send("poison");
    for (let tries = 0; tries < 4; tries++) await fixture.clock.advance(visibilityMs);
    expect(bodies()).toEqual([["poison"], ["poison"]]);
    expect(await inQueue(fixture, "Dead")).toEqual(["poison"]);
  });

  test("a dead letter reaches the function that is mapped to its queue, and is gone when that has it", async () => {
    const fixture = await startFixture({ deadMapping: true }, virtual);
    plan("queue", () => Promise.reject(new Error("never")));
    await fixture.send("poison");
    for (let tries = 0; tries < 4; tries++) await fixture.clock.advance(visibilityMs);
    expect(bodies("dead")).toEqual([["poison"]]);
    const [record] = seen("dead")[0].Records;
    expect(record).toMatchObject({
      eventSourceARN: fixture.resource("Dead").attributes.Arn,
      attributes: { ApproximateReceiveCount: "4" },
    });
    expect(record.messageId).toBe(seen("queue")[0].Records[0].messageId);
    expect(await inQueue(fixture, "Dead")).toEqual([]);
  });

  test("a dead letter that its function fails comes again, like any message", async () => {
    const fixture = await startFixture({ deadMapping: true }, virtual);
    plan("queue", () => Promise.reject(new Error("never")));
    plan("dead", () => (seen("dead").length === 1 ? Promise.reject(new Error("once")) : undefined));
    await fixture.send("poison");
    for (let tries = 0; tries < 5; tries++) await fixture.clock.advance(visibilityMs);
    expect(bodies("dead")).toEqual([["poison"], ["poison"]]);
  });

  test("a message past its retention is gone", async () => {
    const fixture = await startFixture({}, virtual);
    plan("queue", () => Promise.reject(new Error("never")));
    await fixture.send("poison");
    for (let tries = 0; tries < 4; tries++) await fixture.clock.advance(visibilityMs);
    await fixture.clock.advance(4 * 86_400_000);
    expect(await inQueue(fixture, "Dead")).toEqual([]);
  });
});

test.each([[{}], [{ meter: true }]])("a function learns how many messages wait in a queue, with %j", async (more) => {
  const fixture = await startFixture({ queueMapping: { enabled: false } }, { ...virtual, ...more });
  await fixture.send("1", "2");
  await fixture.command({ send: [{ MessageBody: "later", DelaySeconds: 60 }] });
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"];
  const QueueUrl = fixture.resource("Queue").ref;
  const count = async () => (await fixture.aws("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames })).Attributes;
  expect(await count()).toEqual({ ApproximateNumberOfMessages: "2", ApproximateNumberOfMessagesDelayed: "1" });
  await fixture.clock.advance(61_000);
  expect(await count()).toEqual({ ApproximateNumberOfMessages: "3", ApproximateNumberOfMessagesDelayed: "0" });
});

describe("faults", () => {
  test("a duplicated message arrives more than once, under one id", async () => {
    const fixture = await startFixture({}, { ...virtual, faults: { queue: { duplicate: 0.5 } } });
    await fixture.send(...Array.from({ length: 20 }, (_, index) => String(index)));
    await fixture.settle();
    const records = seen("queue").flatMap((event) => event.Records);
    expect(records.length).toBeGreaterThan(20);
    expect(new Set(records.map((record: Seen) => record.messageId)).size).toBe(20);
  });

  test("shuffled messages arrive out of order, the same way for the same seed", async () => {
    const orderFor = async (seed: number) => {
      const mapping = { batchSize: 10, maximumBatchingWindowInSeconds: 20 };
      const fixture = await startFixture(
        { queueMapping: mapping },
        { ...virtual, faults: { seed, queue: { shuffle: true } } },
      );
      await fixture.command({
        send: Array.from({ length: 8 }, (_, index) => ({ MessageBody: String(index), DelaySeconds: 10 })),
      });
      await fixture.clock.advance(11_000);
      await fixture.stop();
      return bodies().flat().join("");
    };
    const order = await orderFor(7);
    expect(order).not.toBe("01234567");
    expect([...order].sort().join("")).toBe("01234567");
    expect(await orderFor(7)).toBe(order);
  });
});
