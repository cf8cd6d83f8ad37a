import { describe, expect, test } from "vitest";
import { batches, bodies, plan, seen, startFixture } from "#test/fixture-runtime.ts";

const virtual = { clock: "virtual" } as const;
const dayMs = 86_400_000;

describe("a virtual clock", () => {
  test("thirty days pass for tests, functions and Date alike, and the machine's clock is back afterwards", async () => {
    const before = Date.now();
    const fixture = await startFixture({}, virtual);
    await fixture.clock.advance(30 * dayMs);
    const { now } = await fixture.command({});
    // biome-ignore lint/complexity/useDateNow: both ways to ask are under test
    for (const time of [now, Date.now(), new Date().valueOf(), Date.parse(Date()), fixture.clock.now()]) {
      expect(time - before).toBeGreaterThanOrEqual(30 * dayMs - 1_000);
    }
    expect(new Date(0).toISOString()).toBe("1970-01-01T00:00:00.000Z");
    expect(new Date()).toBeInstanceOf(Date);
    await fixture.stop();
    expect(Date.now() - before).toBeLessThan(dayMs);
  });

  test("new stream records have the time of the clock, and none counts as trimmed", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.clock.advance(30 * dayMs);
    await fixture.put("a");
    await fixture.settle();
    const [record] = seen("stream")[0].Records;
    expect(Math.abs(record.dynamodb.ApproximateCreationDateTime * 1000 - fixture.clock.now())).toBeLessThan(60_000);
  });

  test("stops on its way as often as is asked: schedules fire at each stop, and what follows from one is done by the next", async () => {
    const fixture = await startFixture({ scheduleMinutes: 10 }, virtual);
    let left = 5;
    plan("schedule", async () => {
      if (left-- > 0) await fixture.command({ send: [{ MessageBody: String(left), DelaySeconds: 60 }] });
    });
    const before = fixture.clock.now();
    await fixture.clock.advance(3_600_000, { tickEveryMs: 60_000 });
    expect(seen("schedule").length).toBe(6);
    expect(bodies().flat()).toEqual(["4", "3", "2", "1", "0"]);
    const ticks = seen("schedule").map(({ time }) => Date.parse(time) - before);
    for (const [index, ms] of ticks.entries()) expect(Math.abs(ms - (index + 1) * 600_000)).toBeLessThan(60_000);
    expect(fixture.clock.now() - before).toBeLessThan(3_660_000);
  });

  test("stops at the end too when that is between two stops, and never when it is asked for nonsense", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.clock.advance(150_000, { tickEveryMs: 100_000 });
    expect(seen("schedule").length).toBe(2);
    await expect(fixture.clock.advance(1, { tickEveryMs: 0 })).rejects.toThrow("cannot stop every 0 ms");
  });

  test("only moves forward", async () => {
    const fixture = await startFixture({}, virtual);
    await expect(fixture.clock.advance(-1)).rejects.toThrow("only moves forward");
  });

  test("the real clock cannot be moved", async () => {
    const fixture = await startFixture();
    await expect(fixture.clock.advance(1)).rejects.toThrow('start with clock: "virtual"');
  });
});

describe("a schedule", () => {
  test("fires at each interval", async () => {
    const fixture = await startFixture({}, virtual);
    for (let minute = 0; minute < 3; minute++) await fixture.clock.advance(60_000);
    expect(seen("schedule").length).toBe(3);
    expect(seen("schedule")[0]).toMatchObject({
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      region: "us-east-1",
    });
  });

  test("ticks missed by a jump of the clock coalesce to one", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.clock.advance(30 * dayMs);
    expect(seen("schedule").length).toBe(1);
    expect(Date.parse(seen("schedule")[0].time)).toBeGreaterThan(fixture.clock.now() - 61_000);
  });

  test("does not fire early", async () => {
    const fixture = await startFixture({ scheduleMinutes: 10 }, virtual);
    await fixture.clock.advance(9 * 60_000);
    expect(seen("schedule").length).toBe(0);
  });
});

describe("expiry", () => {
  const expiring = (key: string, inSeconds: number) => ({
    pk: { S: key },
    expiresAt: { N: String(Math.floor(Date.now() / 1000) + inSeconds) },
  });

  test("an expired item is deleted, and its record says that DynamoDB did it", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ put: [expiring("soon", 100), expiring("later", 10_000), { pk: { S: "never" } }] });
    await fixture.clock.advance(200_000);
    const { results } = await fixture.command({ get: ["soon", "later", "never"].map((key) => ({ pk: { S: key } })) });
    expect(results.map((result: { Item?: unknown }) => result.Item !== undefined)).toEqual([false, true, true]);
    const record = seen("stream").at(-1).Records.at(-1);
    expect(record).toMatchObject({
      eventName: "REMOVE",
      userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
      dynamodb: { Keys: { pk: { S: "soon" } }, OldImage: { pk: { S: "soon" } } },
    });
  });

  test("a person's delete of an item with an expiry carries no identity", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ put: [expiring("a", 100)], delete: [{ pk: { S: "a" } }] });
    await fixture.clock.advance(200_000);
    expect(batches().flat()).toEqual(["a", "a"]);
    expect(
      seen("stream")
        .flatMap((event) => event.Records)
        .at(-1).userIdentity,
    ).toBeUndefined();
  });

  test("an item that was prolonged stays", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ put: [expiring("a", 100)] });
    await fixture.command({ put: [expiring("a", 1_000)] });
    await fixture.clock.advance(200_000);
    expect((await fixture.command({ get: [{ pk: { S: "a" } }] })).results[0].Item).toBeDefined();
  });

  test("a time more than five years past is taken for a mistake, as in DynamoDB", async () => {
    const fixture = await startFixture({}, virtual);
    await fixture.command({ put: [{ pk: { S: "a" }, expiresAt: { N: "1" } }] });
    await fixture.clock.advance(200_000);
    expect((await fixture.command({ get: [{ pk: { S: "a" } }] })).results[0].Item).toBeDefined();
  });
});
