import { describe, expect, test, vi } from "vitest";
import { bodies, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;
const item = (key: string) => ({ pk: { S: key } });
const exists = async (fixture: Awaited<ReturnType<typeof startFixture>>, key: string) =>
  (await fixture.command({ get: [item(key)] })).results[0].Item !== undefined;

describe("faults of calls", () => {
  test("a throttled call has no effect", async () => {
    const fixture = await startFixture({}, { ...virtual, faults: { calls: { throttle: 1 } } });
    expect((await fixture.command({ put: [item("a")] })).error).toBe("ProvisionedThroughputExceededException");
    fixture.faults.clear();
    expect(await exists(fixture, "a")).toBe(false);
  });

  test("a conflict cancels a transaction before its effect", async () => {
    const fixture = await startFixture({}, { ...virtual, faults: { calls: { conflict: 1 } } });
    expect((await fixture.command({ transact: [item("a"), item("b")] })).error).toBe("TransactionCanceledException");
    expect((await fixture.command({ put: [item("a")] })).error).toBe("TransactionConflictException");
    fixture.faults.clear();
    expect(await exists(fixture, "a")).toBe(false);
  });

  test("a lost answer comes after the effect", async () => {
    const fixture = await startFixture({}, { ...virtual, faults: { calls: { lostAnswer: 1 } } });
    expect((await fixture.command({ put: [item("a")] })).error).toBeDefined();
    expect((await fixture.command({ send: [{ MessageBody: "sent" }] })).error).toBeDefined();
    fixture.faults.clear();
    expect(await exists(fixture, "a")).toBe(true);
    await fixture.settle();
    expect(bodies()).toEqual([["sent"]]);
  });

  test("a partial batch leaves its last entry undone, with a 200", async () => {
    const fixture = await startFixture({}, { ...virtual, faults: { calls: { partial: 1 } } });
    const written = await fixture.command({ batch: [item("a"), item("b")] });
    expect(Object.values(written.results[0].UnprocessedItems).flat().length).toBe(1);
    const entries = ["1", "2"].map((id) => ({ Id: id, MessageBody: id }));
    const sent = await fixture.command({ sendBatch: entries });
    expect(sent.results[0]).toMatchObject({ Successful: [{ Id: "1" }], Failed: [{ Id: "2", SenderFault: false }] });
    await fixture.settle();
    expect(bodies()).toEqual([["1"]]);
  });

  test("a test decides by call, and is called before and after the effect", async () => {
    const steps: string[] = [];
    const fixture = await startFixture(
      {},
      {
        ...virtual,
        faults: {
          calls: {
            decide: ({ service, action, index }) =>
              service === "dynamodb" && action === "PutItem" && index === 1 ? "throttle" : undefined,
            before: ({ action }) => {
              steps.push(`before ${action}`);
            },
            after: ({ action }) => {
              steps.push(`after ${action}`);
            },
          },
        },
      },
    );
    const answer = await fixture.command({ put: [item("a"), item("b")] });
    expect([answer.error, answer.results.length]).toEqual(["ProvisionedThroughputExceededException", 1]);
    expect(steps).toEqual(["before PutItem", "after PutItem", "before PutItem"]);
  });

  test("the same seed makes the same choices", async () => {
    const outcomes = async (seed: number) => {
      const fixture = await startFixture({}, { ...virtual, faults: { seed, calls: { throttle: 0.5 } } });
      const list: boolean[] = [];
      for (let index = 0; index < 12; index++)
        list.push((await fixture.command({ put: [item("a")] })).error === undefined);
      await fixture.stop();
      return list;
    };
    const first = await outcomes(5);
    expect(new Set(first).size).toBe(2);
    expect(await outcomes(5)).toEqual(first);
    expect(await outcomes(6)).not.toEqual(first);
  });

  test("without a proxy they are an error, not a silence", async () => {
    const fixture = await startFixture();
    expect(() => fixture.faults.set({ calls: { throttle: 1 } })).toThrow("start with faults: {} or meter: true");
  });
});

describe("the meter", () => {
  test("sums requests, bytes and units by table and index", async () => {
    const fixture = await startFixture({ indexBy: "group" }, { ...virtual, meter: true });
    const table = fixture.outputs.TableName ?? "";
    await fixture.command({ put: [{ ...item("a"), group: { S: "g" } }, item("b")], get: [item("a")] });
    expect(fixture.usage.tables[table]).toEqual({
      readUnits: 0.5,
      writeUnits: 2,
      indexes: { "by-attribute": { readUnits: 0, writeUnits: 1 } },
    });
    expect(fixture.usage.calls["dynamodb:PutItem"]).toMatchObject({ requests: 2, errors: 0, failedConditions: 0 });
    expect(fixture.usage.calls["dynamodb:PutItem"]?.requestBytes).toBeGreaterThan(100);
    fixture.usage.reset();
    await fixture.command({ transact: [item("c"), item("d")] });
    expect(fixture.usage.tables[table]?.writeUnits).toBe(4);
  });

  test("counts writes that failed their condition apart, for they report no capacity", async () => {
    const fixture = await startFixture({}, { ...virtual, meter: true });
    const options = { ConditionExpression: "attribute_exists(pk)" };
    expect((await fixture.command({ put: [item("a")], options })).error).toBe("ConditionalCheckFailedException");
    expect(fixture.usage.calls["dynamodb:PutItem"]).toMatchObject({ requests: 1, errors: 1, failedConditions: 1 });
  });
});

describe("IAM", () => {
  test("an action that the role does not grant is refused before it has an effect, by names", async () => {
    const fixture = await startFixture({ withoutDelete: true }, virtual);
    await fixture.put("a");
    const answer = await fixture.command({ delete: [item("a")] });
    expect(answer.error).toBe("AccessDeniedException");
    expect(answer.message).toMatch(
      /^Fixture-Http\w+ is not allowed dynamodb:DeleteItem: its role Fixture-HttpServiceRole\w+ does not grant it; add the grant/,
    );
    expect(await exists(fixture, "a")).toBe(true);
  });

  test("a transaction needs the grants of its parts", async () => {
    const fixture = await startFixture({}, virtual);
    expect((await fixture.command({ transact: [item("a")] })).error).toBeUndefined();
    const actions = fixture.usage.actionsByFunction[fixture.resource("Http").ref];
    expect(actions).toEqual({ "dynamodb:PutItem": 1 });
  });

  test("a mapping whose function may not read its source does not start", async () => {
    const start = startFixture({
      resources: {
        Wrong: {
          type: "AWS::Lambda::EventSourceMapping",
          properties: {
            EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:x",
            FunctionName: { Ref: "OnSchedule5AF2B0BF" },
          },
        },
      },
    });
    await expect(start).rejects.toThrow(
      /Wrong needs sqs:ReceiveMessage, which the role of Fixture-OnSchedule\w+ does not grant/,
    );
  });

  test("a call after the invocation has ended is refused, for Lambda freezes what is not awaited", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ putLater: item("a") });
    await vi.waitFor(() =>
      expect(fixture.messages.join()).toContain("dynamodb:PutItem after its invocation had ended"),
    );
    expect(await exists(fixture, "a")).toBe(false);
  });

  test("what is granted and what is used can be compared", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.put("a");
    const http = fixture.resource("Http").ref;
    expect(fixture.usage.grantsByFunction[http]).toContain("dynamodb:DeleteItem");
    expect(Object.keys(fixture.usage.actionsByFunction[http] ?? {})).toEqual(["dynamodb:PutItem"]);
  });
});
