import { describe, expect, it } from "vitest";
import { disturbed } from "#test/disturbed.ts";
import { readAllRecords } from "#test/read-all-records.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const json = { source: "api", category: "order", payload: { amount: 99.99 } };

describe("when DynamoDB is unkind", () => {
  it("503 /health with the documented body and no internals when the table does not answer", async () => {
    const health = await disturbed(service, { decide: () => "throttle" }, () => service.call("GET", "/health"));
    expect(health.status).toBe(503);
    expect(health.body).toEqual({ status: "unhealthy", database: "disconnected", error: "database unavailable" });
  });

  it("503 service_unavailable with Retry-After when throttling outlasts the retries, and nothing is stored", async () => {
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "PutItem" ? "throttle" : undefined) },
      () => service.call("POST", "/records", { json }),
    );
    expect(answer).toMatchObject({ status: 503, body: { code: "service_unavailable" } });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((await service.call("GET", "/records")).body.count).toBe(0);
  });

  it.each([
    ["PutItem", {}],
    ["TransactWriteItems", { "idempotency-key": "lost" }],
  ])("201 once when the answer to %s is lost after its success", async (lost, headers) => {
    const before = (await service.call("GET", "/records")).body.count;
    let drops = 0;
    const created = await disturbed(
      service,
      { decide: ({ action }) => (action === lost && drops++ === 0 ? "lostAnswer" : undefined) },
      () => service.call("POST", "/records", { json, headers }),
    );
    expect([created.status, drops > 1]).toEqual([201, true]);
    expect((await service.call("GET", "/records")).body.count).toBe(before + 1);
  });

  it("200 when the answer to a process is lost, although another writer could have been meant", async () => {
    const { id } = (await service.call("POST", "/records", { json })).body;
    let drops = 0;
    const processed = await disturbed(
      service,
      { decide: ({ action }) => (action === "PutItem" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => service.call("POST", `/records/${id}/process`),
    );
    expect(processed).toMatchObject({ status: 200, body: { status: "processed", version: 2 } });
  });

  it("200 replayed when the same request had its effect between the look at the key and that at the record", async () => {
    const { id } = (await service.call("POST", "/records", { json })).body;
    const headers = { "idempotency-key": "between" };
    const send = () => service.call("POST", `/records/${id}/process`, { headers });
    let looks = 0;
    let winner: Awaited<ReturnType<typeof send>> | null = null;
    const before = async ({ action }: { action: string }) => {
      // The second read of the first request is that of the record: the other request overtakes it there.
      if (action === "GetItem" && ++looks === 2) winner = await send();
    };
    const loser = await disturbed(service, { before }, send);
    expect(loser).toMatchObject({ status: 200, body: { status: "processed", version: 2 } });
    expect(winner).toMatchObject({ status: 200, body: loser.body });
    expect(loser.headers.get("idempotency-replayed")).toBe("true");
  });

  it("201 for every one of 30 parallel creates with keys when transactions conflict", async () => {
    const answers = await disturbed(service, { conflict: 0.3 }, () =>
      Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          service.call("POST", "/records", { json, headers: { "idempotency-key": `conflict-${index}` } }),
        ),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(30).fill(201));
  });

  it("counters equal a recount when 5 % of answers are lost and the stream is duplicated, replayed and cut anew", async () => {
    service.faults.set({ stream: { duplicate: 0.2, replay: 0.2, resplit: true }, calls: { lostAnswer: 0.05 } });
    const outcomes = await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        const created = await service.call("POST", "/records", { json: { ...json, category: `c${index % 5}` } });
        if (created.status !== 201) return created.status;
        return index % 2 === 0 ? (await service.call("POST", `/records/${created.body.id}/process`)).status : 201;
      }),
    );
    await service.settle();
    service.faults.clear();
    await service.settle();
    expect(outcomes.every((status) => [200, 201, 503].includes(status))).toBe(true);
    const { body } = await service.call("GET", "/reports/summary");
    const recount = (await readAllRecords(service.url)).map((item) => item.status);
    expect(body.total_records).toBe(recount.length);
    expect(body.by_status).toEqual({
      pending: recount.filter((status) => status === "pending").length,
      processed: recount.filter((status) => status === "processed").length,
      failed: 0,
    });
  }, 60_000);
});
