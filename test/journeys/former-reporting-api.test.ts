import { describe, expect, it } from "vitest";
import { parseCurl } from "#test/curl.ts";
import { startService } from "#test/service.ts";

const service = await startService();

function curl(command: string) {
  const { method, url, ...request } = parseCurl(command);
  return service.call(method, url.replace("http://localhost:8000", ""), request);
}

const create = (category: string, payload: object) =>
  service.call("POST", "/records", { json: { source: "api", category, payload } });

describe("every curl of the former Workflow Automation & Reporting API gives the documented answer", () => {
  it("200 /health tells status and database", async () => {
    const health = await curl("curl http://localhost:8000/health");
    expect(health).toMatchObject({ status: 200, body: { status: "healthy", database: "connected" } });
  });

  it("200 /docs shows the documentation from its own assets", async () => {
    const page = await service.call("GET", "/docs");
    expect(page.headers.get("content-type")).toContain("text/html");
    const links = [...String(page.body).matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, link]) => link ?? "");
    expect(links).toHaveLength(3);
    for (const link of links) expect((await service.call("GET", link)).status, link).toBe(200);
    expect(String(page.body)).not.toMatch(/https?:\/\//);
  });

  it("200 /version tells version, commit and environment", async () => {
    const { body } = await service.call("GET", "/version");
    expect(body).toEqual({ version: "0.1.0", commit: "unknown", environment: "dev" });
  });

  it("X-Request-ID is generated, or returned as sent", async () => {
    const generated = await curl("curl http://localhost:8000/health");
    const sent = await curl('curl -H "X-Request-ID: my-trace-123" http://localhost:8000/health');
    expect(generated.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent.headers.get("x-request-id")).toBe("my-trace-123");
  });

  it("201 and 200 with an API key header, which an open service ignores", async () => {
    const created = await curl(`curl -X POST http://localhost:8000/records \\
  -H "Content-Type: application/json" \\
  -H "X-API-Key: your-api-key-here" \\
  -d '{"source": "api", "category": "test", "payload": {"key": "value"}}'`);
    expect(created).toMatchObject({ status: 201, body: { status: "pending", payload: { key: "value" } } });
    const processed = await curl(`curl -X POST http://localhost:8000/records/${created.body.id}/process \\
  -H "X-API-Key: your-api-key-here"`);
    expect(processed).toMatchObject({ status: 200, body: { status: "processed" } });
  });

  it("200 lists with filter, page and sort", async () => {
    for (const user of [1, 2, 3]) await create("analytics", { user_id: user, action: "click" });
    const url = "/records?status=pending&limit=10&offset=0&sort_by=created_at&sort_order=desc";
    const { body } = await service.call("GET", url);
    expect(body).toMatchObject({ count: 3, limit: 10, offset: 0, next_cursor: null });
    expect(body.items.map((item: { payload: { user_id: number } }) => item.payload.user_id)).toEqual([3, 2, 1]);
  });

  it("200 summary takes status and date_from", async () => {
    await service.settle();
    const { body } = await service.call("GET", "/reports/summary?status=processed&date_from=2024-01-01");
    expect(body).toMatchObject({
      total_records: 1,
      by_status: { pending: 0, processed: 1, failed: 0 },
      by_category: { test: 1 },
      filters: { status: "processed", category: null, date_from: "2024-01-01", date_to: null },
    });
  });
});
