import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { create, put, remove } = workItems(service);
const dayMs = 86_400_000;
const today = () => new Date(service.clock.now()).toISOString().slice(0, 10);

async function report(query = "") {
  await service.settle();
  const { status, body } = await service.call("GET", `/reports/items?${query}`);
  expect(status).toBe(200);
  return body;
}
async function verify(json: object) {
  const queued = await service.call("POST", "/reports/verify", { json: { family: "items", ...json } });
  expect(queued).toMatchObject({ status: 202, body: { family: "items" } });
  await service.settle();
  return (await service.call("GET", queued.headers.get("location") ?? "")).body;
}
async function make(...statuses: string[]): Promise<string> {
  const { id } = (await create()).body;
  for (const status of statuses) await put(id, { status });
  return id;
}

describe("GET /reports/items", () => {
  it("200 counts by status, and nothing before the first", async () => {
    expect(await report()).toMatchObject({
      total_items: 0,
      by_status: { CREATED: 0, IN_PROGRESS: 0, COMPLETED: 0, CANCELLED: 0 },
      as_of: null,
    });
    await make();
    const changed = await make("IN_PROGRESS");
    for (let at = 0; at < 30; at++) await put(changed, { title: `title ${at}` }); // also when its history spills
    await make("IN_PROGRESS", "COMPLETED");
    await make("CANCELLED");
    await remove(await make("IN_PROGRESS"));
    const counted = { CREATED: 1, IN_PROGRESS: 1, COMPLETED: 1, CANCELLED: 1 };
    expect(await report()).toMatchObject({
      total_items: 4,
      by_status: counted,
      totals: { all: 4, ...counted },
      filters: { date_from: null, date_to: null },
      as_of: expect.any(String),
    });
  });

  it("200 counts the items created on some days, whenever they changed", async () => {
    const first = today();
    const before = await report(`date_from=${first}`);
    const old = await make();
    await service.clock.advance(dayMs);
    const second = today();
    await make("CANCELLED");
    await put(old, { status: "IN_PROGRESS" });
    expect((await report(`date_from=${first}&date_to=${first}`)).by_status.IN_PROGRESS).toBe(
      before.by_status.IN_PROGRESS + 1,
    );
    expect(await report(`date_from=${second}`)).toMatchObject({
      total_items: 1,
      by_status: { CANCELLED: 1 },
      filters: { date_from: second, date_to: null },
    });
    expect(await service.call("GET", "/reports/items?date_from=2026-02-30")).toMatchObject({ status: 422 });
  });

  it("equals a recount when the stream is duplicated, replayed and cut anew", async () => {
    await service.clock.advance(dayMs);
    const day = today();
    service.faults.set({ stream: { duplicate: 0.2, replay: 0.2, resplit: true } });
    const ways = [[], ["IN_PROGRESS"], ["IN_PROGRESS", "COMPLETED"], ["CANCELLED"]];
    await Promise.all(Array.from({ length: 40 }, (_, at) => make(...(ways[at % 4] ?? []))));
    await service.settle();
    service.faults.clear();
    expect((await report(`date_from=${day}`)).by_status).toEqual({
      CREATED: 10,
      IN_PROGRESS: 10,
      COMPLETED: 10,
      CANCELLED: 10,
    });
    expect(await verify({ date_from: day })).toMatchObject({
      status: "completed",
      result: "agree",
      days: { agree: 1 },
    });
  });
});
