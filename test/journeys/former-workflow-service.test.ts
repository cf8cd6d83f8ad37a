import { describe, expect, it } from "vitest";
import { parseCurl } from "#test/curl.ts";
import { startService } from "#test/service.ts";

const service = await startService();

/** Runs a curl command of that service's README against this service; `id` takes the place of the README's example id. */
function curl(command: string, id = "") {
  const { method, url, ...request } = parseCurl(command.replace("550e8400-e29b-41d4-a716-446655440000", id));
  return service.call(method, url.replace("http://localhost:8000", ""), request);
}

const createCommand = `curl -X POST http://localhost:8000/records \\
  -H "Content-Type: application/json" \\
  -d '{
    "source": "api",
    "category": "order",
    "payload": {"order_id": "12345", "amount": 99.99}
  }'`;
const processCommand = "curl -X POST http://localhost:8000/records/550e8400-e29b-41d4-a716-446655440000/process";
const getCommand = "curl http://localhost:8000/records/550e8400-e29b-41d4-a716-446655440000";

describe("every curl of the former Workflow Service gives the documented answer", () => {
  it("200 GET /health", async () => {
    expect(await service.call("GET", "/health")).toMatchObject({ status: 200, body: { status: "healthy" } });
  });

  it("201 creates a pending record with nulls for what processing gives", async () => {
    const created = await curl(createCommand);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      status: "pending",
      source: "api",
      category: "order",
      payload: { order_id: "12345", amount: 99.99 },
      classification: null,
      score: null,
      error: null,
    });
  });

  it("200 processes it, then 409 Conflict, Record already processed", async () => {
    const { id } = (await curl(createCommand)).body;
    const processed = await curl(processCommand, id);
    expect(processed.status).toBe(200);
    expect(processed.body).toMatchObject({ id, status: "processed", classification: "high_value", score: "0.95" });
    const again = await curl(processCommand, id);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ error: "Conflict", message: "Record already processed" });
    expect(again.body.request_id).toBe(again.headers.get("x-request-id"));
  });

  it("200 gets it, and 404 NotFound, Record not found for an unknown id", async () => {
    const { id } = (await curl(createCommand)).body;
    expect(await curl(getCommand, id)).toMatchObject({ status: 200, body: { id, status: "pending" } });
    const missing = await curl(getCommand, "550e8400-e29b-41d4-a716-446655440000");
    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({ error: "NotFound", message: "Record not found" });
  });

  it("200 lists all, by status, by category with a limit", async () => {
    const all = await curl("curl http://localhost:8000/records");
    const processed = await curl('curl "http://localhost:8000/records?status=processed"');
    const orders = await curl('curl "http://localhost:8000/records?category=order&limit=10"');
    expect(all.body.items).toHaveLength(3);
    expect(processed.body.items.map((item: { status: string }) => item.status)).toEqual(["processed"]);
    expect(orders.body.items.every((item: { category: string }) => item.category === "order")).toBe(true);
  });

  it("200 reports totals by status and category", async () => {
    await service.settle();
    const summary = await curl("curl http://localhost:8000/reports/summary");
    expect(summary.body).toMatchObject({
      total_records: 3,
      by_status: { pending: 2, processed: 1, failed: 0 },
      by_category: { order: 3 },
    });
  });
});
