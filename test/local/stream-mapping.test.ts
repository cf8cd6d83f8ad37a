import { describe, expect, test } from "vitest";
import { batches, inQueue, plan, type Seen, seen, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;
const failing = (event: Seen, key: string) => ({
  batchItemFailures: event.Records.filter((record: Seen) => record.dynamodb.Keys.pk.S === key).map((record: Seen) => ({
    itemIdentifier: record.dynamodb.SequenceNumber,
  })),
});
const letters = (count: number) => Array.from({ length: count }, (_, index) => `k${String(index).padStart(2, "0")}`);

describe("records", () => {
  test("have the shape that Lambda gives them", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ put: [{ pk: { S: "a" }, n: { N: "1" } }], delete: [{ pk: { S: "a" } }] });
    await fixture.settle();
    const [insert, remove] = seen("stream").flatMap((event) => event.Records);
    expect(insert).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: "a" } },
        NewImage: { pk: { S: "a" }, n: { N: "1" } },
        SequenceNumber: "1",
        SizeBytes: expect.any(Number),
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
      eventSourceARN: fixture.resource("Table").attributes.StreamArn,
    });
    expect(Math.abs(insert.dynamodb.ApproximateCreationDateTime - Date.now() / 1000)).toBeLessThan(60);
    expect(remove).toMatchObject({ eventName: "REMOVE", dynamodb: { OldImage: { pk: { S: "a" }, n: { N: "1" } } } });
    expect(remove.userIdentity).toBeUndefined();
    expect(remove.eventID).not.toBe(insert.eventID);
  });

  test("come in order, in batches of no more than their size", async () => {
    const fixture = await startFixture({ streamMapping: { batchSize: 3 } }, virtual);
    await fixture.put(...letters(10));
    await fixture.settle();
    expect(batches().flat()).toEqual(letters(10));
    expect(Math.max(...batches().map((batch) => batch.length))).toBeLessThanOrEqual(3);
  });

  test("that a filter rejects are not seen", async () => {
    const filterCriteria = { filters: [{ pattern: '{"eventName":["REMOVE"]}' }] };
    const fixture = await startFixture({ streamMapping: { filterCriteria } }, virtual);
    await fixture.command({ put: [{ pk: { S: "a" } }, { pk: { S: "b" } }], delete: [{ pk: { S: "a" } }] });
    await fixture.settle();
    expect(batches()).toEqual([["a"]]);
  });
});

test("two mappings of one stream go each its own way, with its own filter and its own failures", async () => {
  const filterCriteria = { filters: [{ pattern: '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"run#"}]}}}}' }] };
  const fixture = await startFixture({ streamMapping: { filterCriteria, batchSize: 1 }, windowSeconds: 60 }, virtual);
  plan("stream", () => (seen("stream").length === 1 ? Promise.reject(new Error("once")) : undefined));
  await fixture.put("run#1", "other", "run#2");
  await fixture.settle();
  expect(batches("stream")).toEqual([["run#1"], ["run#1"], ["run#2"]]);
  expect(seen("stream")[0].shardId).toBeUndefined();
  expect(batches("window").flat()).toEqual(["run#1", "other", "run#2"]);
});

describe("failures", () => {
  test("a failing batch comes again, and nothing overtakes it", async () => {
    const fixture = await startFixture({ streamMapping: { batchSize: 1 } }, virtual);
    plan("stream", () => (seen("stream").length < 4 ? Promise.reject(new Error("not yet")) : undefined));
    await fixture.put("a", "b");
    await fixture.settle();
    expect(batches()).toEqual([["a"], ["a"], ["a"], ["a"], ["b"]]);
  });

  test("without a hurry a failing batch comes again too", async () => {
    const fixture = await startFixture();
    const again = new Promise<void>((resolve) => {
      plan("stream", () => {
        if (seen("stream").length === 1) throw new Error("once");
        resolve();
      });
    });
    await fixture.put("a");
    await again;
    expect(batches()).toEqual([["a"], ["a"]]);
  });

  test("a retry starts at the lowest failed sequence number", async () => {
    const fixture = await startFixture({}, virtual);
    plan("stream", (event) => (seen("stream").length === 1 ? failing(event, "c") : undefined));
    await fixture.command({ batch: ["a", "b", "c", "d"].map((key) => ({ pk: { S: key } })) });
    await fixture.settle();
    const order = batches().flat();
    expect(order.slice(order.indexOf("c") + 1)).toContain("c");
    expect(order.filter((key) => key === "a")).toEqual(["a"]);
    expect(order.at(-1)).toBe("d");
  });

  test("an unknown id among the failures fails the whole batch", async () => {
    const fixture = await startFixture({}, virtual);
    plan("stream", () =>
      seen("stream").length === 1 ? { batchItemFailures: [{ itemIdentifier: "999" }] } : undefined,
    );
    await fixture.put("a");
    await fixture.settle();
    expect(batches()).toEqual([["a"], ["a"]]);
  });

  test("a shard that stays blocked makes settle fail, by its reason", async () => {
    const fixture = await startFixture({}, virtual);
    plan("stream", () => Promise.reject(new Error("poison")));
    await fixture.put("a");
    await expect(fixture.settle()).rejects.toThrow("StreamMapping is blocked: Error: poison");
  });

  test("after its last attempt a batch goes to the destination, and the shard on", async () => {
    const streamMapping = {
      batchSize: 1,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:000000000000:Fixture-DeadB2807C34" } },
    };
    const fixture = await startFixture({ streamMapping }, virtual);
    plan("stream", (event) => {
      if (event.Records[0].dynamodb.Keys.pk.S === "bad") throw new Error("poison");
    });
    await fixture.put("bad", "good");
    await fixture.settle();
    expect(batches()).toEqual([["bad"], ["bad"], ["bad"], ["good"]]);
    const [body = ""] = await inQueue(fixture, "Dead");
    expect(JSON.parse(body)).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 3 },
      DDBStreamBatchInfo: { startSequenceNumber: "1", endSequenceNumber: "1", batchSize: 1 },
    });
  });

  test("a bisected batch loses only the record at fault", async () => {
    const streamMapping = {
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 1,
      maximumBatchingWindowInSeconds: 60,
    };
    const fixture = await startFixture({ streamMapping }, virtual);
    const done = new Set<string>();
    plan("stream", (event) => {
      const keys = event.Records.map((record: Seen) => record.dynamodb.Keys.pk.S);
      if (keys.includes("k05")) throw new Error("poison");
      for (const key of keys) done.add(key);
    });
    await fixture.put(...letters(10));
    await fixture.settle();
    expect([...done].sort()).toEqual(letters(10).filter((key) => key !== "k05"));
  });
});

describe("a tumbling window", () => {
  const minute = 60_000;

  test("puts shard, window and state into the event, and carries the state on", async () => {
    const fixture = await startFixture({ windowSeconds: 60 }, virtual);
    await fixture.clock.advance(minute - (Date.now() % minute) + 1_000);
    plan("window", (event) => ({ state: { count: (event.state.count ?? 0) + event.Records.length } }));
    await fixture.put("a");
    await fixture.settle();
    await fixture.put("b");
    await fixture.settle();
    await fixture.clock.advance(minute);
    const [first, second, last] = seen("window");
    expect(first).toMatchObject({ state: {}, isFinalInvokeForWindow: false, isWindowTerminatedEarly: false });
    expect(first.shardId).toMatch(/^shardId-/);
    expect(first.eventSourceARN).toBe(fixture.resource("Table").attributes.StreamArn);
    expect(Date.parse(first.window.end) - Date.parse(first.window.start)).toBe(minute);
    expect(second.state).toEqual({ count: 1 });
    expect(last).toMatchObject({
      Records: [],
      state: { count: 2 },
      isFinalInvokeForWindow: true,
      window: first.window,
    });
  });

  test("the next window begins with an empty state", async () => {
    const fixture = await startFixture({ windowSeconds: 60 }, virtual);
    plan("window", () => ({ state: { some: "thing" } }));
    await fixture.put("a");
    await fixture.clock.advance(2 * minute);
    await fixture.put("b");
    await fixture.settle();
    const next = seen("window").at(-1);
    expect([batches("window").at(-1), next.state, next.isFinalInvokeForWindow]).toEqual([["b"], {}, false]);
  });

  test("an answer without state counts as failed", async () => {
    const fixture = await startFixture({ windowSeconds: 60 }, virtual);
    plan("window", () => (seen("window").length === 1 ? { batchItemFailures: [] } : { state: {} }));
    await fixture.put("a");
    await fixture.settle();
    expect(batches("window").slice(0, 2)).toEqual([["a"], ["a"]]);
    expect(fixture.messages.join()).toContain("a function with a tumbling window must answer with state");
  });
});

describe("faults", () => {
  test("duplicated and replayed batches keep every record and the order within a replay", async () => {
    const faults = { stream: { duplicate: 0.3, replay: 0.3, resplit: true } };
    const fixture = await startFixture({ streamMapping: { batchSize: 5 } }, { ...virtual, faults });
    await fixture.put(...letters(30));
    await fixture.settle();
    const all = batches().flat();
    expect(all.length).toBeGreaterThan(30);
    // A consumer that remembers the highest sequence number sees each record once and in order.
    const once: string[] = [];
    let highest = 0n;
    for (const record of seen("stream").flatMap((event) => event.Records)) {
      if (BigInt(record.dynamodb.SequenceNumber) <= highest) continue;
      highest = BigInt(record.dynamodb.SequenceNumber);
      once.push(record.dynamodb.Keys.pk.S);
    }
    expect(once).toEqual(letters(30));
  });

  test("re-split batches have other borders at each run of the seed, and the same records", async () => {
    const sizes = async (seed: number) => {
      const options = { ...virtual, faults: { seed, stream: { resplit: true } } };
      const fixture = await startFixture(
        { streamMapping: { batchSize: 100, maximumBatchingWindowInSeconds: 60 } },
        options,
      );
      await fixture.put(...letters(30));
      await fixture.settle();
      await fixture.stop();
      expect(batches().flat()).toEqual(letters(30));
      return batches().map((batch) => batch.length);
    };
    expect((await sizes(3)).length).toBeGreaterThan(1);
    expect(await sizes(3)).not.toEqual(await sizes(4));
  });

  test("split shards share the keys out, each shard in its own order", async () => {
    const fixture = await startFixture({ windowSeconds: 60 }, { ...virtual, faults: { stream: { splitShards: 3 } } });
    await fixture.put(...letters(20), ...letters(20));
    await fixture.settle();
    const byShard = Map.groupBy(
      seen("window").flatMap((event) => event.Records.map((record: Seen) => ({ shard: event.shardId, record }))),
      ({ shard }) => shard,
    );
    expect(byShard.size).toBe(3);
    const keys = new Map<string, string>();
    for (const [shard, entries] of byShard) {
      const sequences = entries.map(({ record }) => Number(record.dynamodb.SequenceNumber));
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      for (const { record } of entries) {
        const key = record.dynamodb.Keys.pk.S;
        expect(keys.get(key) ?? shard).toBe(shard);
        keys.set(key, shard);
      }
    }
    expect(keys.size).toBe(20);
  });
});
