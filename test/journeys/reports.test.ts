import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { counterKey } from "#store/keys.ts";
import { countersTableName, table } from "#store/table.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual" });
const day = 86_400_000;
const today = () => new Date(service.clock.now()).toISOString().slice(0, 10);

async function create(json: object): Promise<string> {
  return (await service.call("POST", "/records", { json: { source: "api", payload: { amount: 60 }, ...json } })).body
    .id;
}
async function verify(json: object = {}) {
  const queued = await service.call("POST", "/reports/verify", { json });
  expect(queued.status).toBe(202);
  await service.settle();
  return (await service.call("GET", queued.headers.get("location") ?? "")).body;
}
/** Adds to a counter behind the aggregator's back. */
async function tamper(scope: string, attribute: string, by: number, status = "pending"): Promise<void> {
  await table().send(
    new UpdateCommand({
      TableName: countersTableName(),
      Key: counterKey("record", 2, `${scope}#00`),
      UpdateExpression: "ADD #c :by SET #l = :l",
      ExpressionAttributeNames: { "#c": `${attribute}|${status}`, "#l": attribute },
      ExpressionAttributeValues: { ":by": by, ":l": attribute === "c0" ? "order" : "api" },
    }),
  );
}

const firstDay = today();

describe("GET /reports/timeseries", () => {
  it("has an item per day, with the counts by status, category or source", async () => {
    const ids = [await create({ category: "order" }), await create({ category: "refund", source: "batch" })];
    await service.clock.advance(2 * day);
    await create({ category: "order" });
    await service.call("POST", `/records/${ids[0]}/process`);
    await service.settle();
    const series = async (query: string) =>
      (await service.call("GET", `/reports/timeseries?date_from=${firstDay}&${query}`)).body.items;
    expect(await series("")).toEqual([
      { day: firstDay, total: 2, counts: { pending: 1, processed: 1 } },
      { day: expect.any(String), total: 0, counts: {} },
      { day: today(), total: 1, counts: { pending: 1 } },
    ]);
    expect((await series("dimension=category"))[0].counts).toEqual({ order: 1, refund: 1 });
    expect((await series("dimension=source&status=pending"))[0].counts).toEqual({ batch: 1 });
  });

  it("covers 30 days unless said otherwise, and 422 past 366", async () => {
    const { body } = await service.call("GET", "/reports/timeseries");
    expect([body.items.length, body.items.at(-1).day]).toEqual([30, today()]);
    const long = await service.call("GET", "/reports/timeseries?date_from=2020-01-01");
    expect(long).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  });
});

describe("POST /reports/verify", () => {
  it("ends in agree when every day's counters equal a recount, expired and erased records included", async () => {
    const soon = new Date(service.clock.now() + day / 2).toISOString();
    await create({ category: "order", expires_at: soon });
    const erased = await create({ category: "order" });
    await service.call("DELETE", `/records/${erased}`);
    await service.clock.advance(4 * day);
    const done = await verify();
    expect(done).toMatchObject({ status: "completed", result: "agree", date_from: firstDay, differences: [] });
    expect(done.days).toEqual({ agree: 7, differ: 0, moving: 0, repaired: 0 });
  });

  it("ends in moving when a difference is too fresh to judge, and in differ once the day is settled", async () => {
    await create({ category: "order" });
    await service.settle();
    const moved = today();
    await tamper(moved, "c0", 3);
    await tamper(moved, "s0", 3);
    expect(await verify({ date_from: moved })).toMatchObject({ result: "moving", days: { moving: 1 } });
    await service.clock.advance(day / 100);
    const settled = await verify({ date_from: moved, date_to: moved });
    expect(settled).toMatchObject({ result: "differ", days: { differ: 1 } });
    expect(settled.differences).toContainEqual({
      day: moved,
      dimension: "category",
      status: "pending",
      value: "order",
      counted: 4,
      recounted: 1,
    });
  });

  it("repairs settled days that differ, once, and the reports are right again", async () => {
    await tamper("all", "c0", 3);
    await tamper("all", "s0", 3);
    const total = async () => (await service.call("GET", "/reports/summary")).body.total_records;
    const wrong = await total();
    expect(await verify({ repair: true })).toMatchObject({ result: "differ", days: { repaired: 0, differ: 1 } });
    await service.clock.advance(26 * 3_600_000);
    const repaired = await verify({ repair: true });
    expect(repaired).toMatchObject({ result: "agree", days: { repaired: 1, differ: 0 } });
    expect(await verify()).toMatchObject({ result: "agree", days: { repaired: 0, differ: 0, moving: 0 } });
    expect(await total()).toBe(wrong - 3);
  });

  it("repairs several statuses of one name, as a change that was never counted leaves them", async () => {
    const id = await create({ category: "order" });
    const day = today();
    await service.settle();
    await service.call("POST", `/records/${id}/process`);
    await service.settle();
    for (const scope of [day, "all"]) {
      for (const name of ["c0", "s0"]) {
        await tamper(scope, name, 1, "pending");
        await tamper(scope, name, -1, "processed");
      }
    }
    await service.clock.advance(26 * 3_600_000);
    expect(await verify({ repair: true })).toMatchObject({ result: "agree", days: { repaired: 1 } });
    expect(await verify()).toMatchObject({ result: "agree", days: { repaired: 0, differ: 0 } });
  });

  it("recounts more records than one step reads", async () => {
    const busy = today();
    await Promise.all(Array.from({ length: 1_100 }, () => create({ category: "many" })));
    await service.settle();
    expect(await verify({ date_from: busy, date_to: busy })).toMatchObject({ family: "records", result: "agree" });
  }, 60_000);

  // Takes all the numbers there are, so it comes last.
  it("recounts a day with more and longer names than a job's item holds, and tells what differs once", async () => {
    await service.clock.advance(day);
    const full = today();
    const [first = [], second = []] = [0, 550].map((from) =>
      Array.from({ length: 550 }, (_, at) => ({
        source: "api",
        category: `${from + at}-${"\u{1f600}".repeat(120)}`,
        payload: {},
      })),
    );
    for (const json of [first, second])
      expect((await service.call("POST", "/records/batch", { json })).status).toBe(200);
    await service.settle();
    await service.clock.advance(day / 100);
    const asked = { date_from: full, date_to: full };
    expect(await verify(asked)).toMatchObject({ result: "agree", days: { agree: 1 } });
    await tamper(full, "s0", 1);
    const done = await verify(asked);
    expect(done).toMatchObject({ result: "differ", days: { agree: 0, differ: 1 } });
    expect(done.differences).toEqual([
      { day: full, dimension: "source", status: "pending", value: "api", counted: 1_101, recounted: 1_100 },
    ]);
  }, 120_000);

  it("422 validation_failed for a family that is not counted", async () => {
    const refused = await service.call("POST", "/reports/verify", { json: { family: "workflows" } });
    expect(refused).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  });
});
