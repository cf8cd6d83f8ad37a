import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });

async function create(category: string, amount: unknown = 99.99): Promise<string> {
  const json = { source: "api", category, payload: { amount } };
  return (await service.call("POST", "/records", { json })).body.id;
}

async function createMany(category: string, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => create(category, index)));
}

const start = (json: object, headers = {}) => service.call("POST", "/records/process", { json, headers });
const progress = async (path: string) => (await service.call("GET", path)).body;

describe("POST /records/process", () => {
  it("202 queues a job whose progress ends in completed, with what became of every record that matched", async () => {
    await createMany("order", 58);
    await create("order", "unreadable");
    const other = await create("refund");
    const queued = await start({ category: "order" });
    expect(queued).toMatchObject({ status: 202, body: { status: "running", completed_at: null } });
    await service.settle();
    const done = await progress(queued.headers.get("location") ?? "");
    expect(done).toMatchObject({ status: "completed", counts: { processed: 58, failed: 1, skipped: 0 } });
    expect(Date.parse(done.completed_at)).toBeGreaterThanOrEqual(Date.parse(done.created_at));
    expect((await progress(`/records/${other}`)).status).toBe("pending");
    expect((await progress("/reports/summary?category=order")).by_status).toEqual({
      pending: 0,
      processed: 58,
      failed: 1,
    });
  });

  it("202 is completed at once when nothing matches", async () => {
    expect((await start({ category: "nothing" })).body).toMatchObject({
      status: "completed",
      counts: { processed: 0 },
    });
  });

  it("202 replays the same job for the same Idempotency-Key", async () => {
    const [first, second] = [
      await start({}, { "idempotency-key": "job" }),
      await start({}, { "idempotency-key": "job" }),
    ];
    expect(second.body).toEqual(first.body);
    await service.settle();
  });

  it("a job whose message was never sent is sent by the sweep", async () => {
    await createMany("lost", 3);
    service.faults.set({ calls: { decide: ({ action }) => (action === "SendMessage" ? "throttle" : undefined) } });
    const queued = await start({ category: "lost" });
    service.faults.clear();
    await service.settle();
    const path = queued.headers.get("location") ?? "";
    expect(await progress(path)).toMatchObject({ status: "running", counts: { processed: 0 } });
    await service.clock.advance(3 * 60_000);
    expect(await progress(path)).toMatchObject({ status: "completed", counts: { processed: 3 } });
  });

  it("messages that come twice and shuffled, lost answers and conflicts process and count every record once", async () => {
    await createMany("unkind", 60);
    service.faults.set({ queue: { duplicate: 0.5, shuffle: true }, calls: { lostAnswer: 0.05 } });
    const queued = await start({ category: "unkind" });
    await service.settle();
    service.faults.clear();
    await service.clock.advance(5 * 60_000);
    expect(await progress(queued.headers.get("location") ?? "")).toMatchObject({
      status: "completed",
      counts: { processed: 60, failed: 0, skipped: 0 },
    });
    const { items } = (await service.call("GET", "/records?category=unkind&limit=200")).body;
    expect(items.map((item: { version: number }) => item.version)).toEqual(Array(60).fill(2));
  }, 60_000);

  it("two jobs at once over the same records count each record in one of them", async () => {
    await createMany("shared", 40);
    const jobs = await Promise.all([start({ category: "shared" }), start({ category: "shared" })]);
    await service.settle();
    const counts = await Promise.all(
      jobs.map(async (job) => (await progress(job.headers.get("location") ?? "")).counts),
    );
    expect(counts[0].processed + counts[1].processed).toBe(40);
  });

  it("404 for a job that is not there, 422 for a bad filter", async () => {
    expect((await service.call("GET", "/records/process/550e8400-e29b-41d4-a716-446655440000")).status).toBe(404);
    expect((await start({ created_after: "2026-02-30" })).body).toMatchObject({ code: "validation_failed" });
  });
});
