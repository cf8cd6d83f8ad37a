import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startService } from "#test/service.ts";

process.env.POWERTOOLS_METRICS_DISABLED = "false";
const apiKey = "planted-secret-key-7f3a";
const service = await startService({ settings: { API_KEY: apiKey, LOG_LEVEL: "debug", PROJECT_NAME: "my_service" } });
const written: string[] = [];

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
});
afterAll(() => vi.restoreAllMocks());

const lines = () =>
  written.flatMap((chunk) => chunk.split("\n")).flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));

describe("logs and metrics", () => {
  it("every log line of a request, and of the stream after it, carries its request id", async () => {
    const headers = { "x-api-key": apiKey, "x-request-id": "trace-me-123" };
    const json = { source: "api", category: "order", payload: { amount: 99.99, note: "planted-private-payload" } };
    const { body } = await service.call("POST", "/records", { json, headers });
    await service.call("POST", `/records/${body.id}/process`, {
      headers: { ...headers, "x-request-id": "trace-me-456" },
    });
    await service.settle();
    const request = lines().find((line) => line.request_id === "trace-me-123");
    expect(request).toMatchObject({ level: "INFO", service: "my_service", route: "records.create", status: 201 });
    const streamed = lines()
      .filter((line) => line.message === "stream batch")
      .flatMap((line) => line.request_ids);
    expect(streamed).toEqual(expect.arrayContaining(["trace-me-123", "trace-me-456"]));
  });

  it("a message from the queue is worked off under the id of the request that queued it", async () => {
    const headers = { "x-api-key": apiKey, "x-request-id": "trace-queue-789" };
    await service.call("POST", "/records", { json: { source: "a", category: "queued", payload: {} }, headers });
    await service.call("POST", "/records/process", { json: { category: "queued" }, headers });
    await service.settle();
    const worked = lines().find((line) => line.message === "message");
    expect(worked).toMatchObject({ request_id: "trace-queue-789", type: "advance_job" });
  });

  it("what became of records is counted in the embedded metric format, under one namespace", () => {
    const metrics = lines().filter((line) => line._aws !== undefined);
    const namespaces = metrics.flatMap((line) =>
      line._aws.CloudWatchMetrics.map((each: { Namespace: string }) => each.Namespace),
    );
    expect(new Set(namespaces)).toEqual(new Set(["Sluice"]));
    const sum = (name: string) => metrics.reduce((total, line) => total + Number(line[name] ?? 0), 0);
    expect([sum("RecordCreated"), sum("RecordProcessed"), sum("RecordFailed")]).toEqual([2, 2, 0]);
  });

  it("requests that run at once in one process keep their ids apart", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `parallel-${index}`);
    await Promise.all(ids.map((id) => service.call("GET", "/records", { headers: { "x-request-id": id } })));
    const logged = lines()
      .filter((line) => line.route === "records.list")
      .map((line) => line.request_id);
    expect(new Set(logged)).toEqual(new Set(ids));
  });

  it("no key and no payload is ever written", () => {
    const everything = written.join("");
    expect(everything).not.toContain(apiKey);
    expect(everything).not.toContain("planted-private-payload");
  });
});
