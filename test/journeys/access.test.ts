import { describe, expect, it } from "vitest";
import { routes } from "#contract/routes.ts";
import { makeApiKey } from "#test/make-api-key.ts";
import { type Call, startService } from "#test/service.ts";

const closed = await startService({ settings: { API_KEY: "any", READS_OPEN: "false", RATE_LIMIT_PER_MINUTE: "1000" } });
/** Each call has a key of its own: every function that may look one up, note its use and count requests does so. */
const service = {
  ...closed,
  call: async (method: string, path: string, request: Call = {}) =>
    closed.call(method, path, { ...request, headers: { ...request.headers, "x-api-key": await makeApiKey() } }),
};
const json = { source: "api", category: "order", payload: { text: "x".repeat(2_000) } };

describe("least privilege", () => {
  it("every function is granted what it does, and nothing it does not do", async () => {
    const keyed = { "idempotency-key": "k" };
    const { id } = (await service.call("POST", "/records", { json, headers: keyed })).body;
    await service.call("POST", "/records", { json: { ...json, payload: {} } });
    await service.call("POST", "/records/batch", { json: [json], headers: keyed });
    await service.call("GET", `/records/${id}`);
    await service.call("POST", `/records/${id}/process`, { headers: keyed });
    const verification = await service.call("POST", "/reports/verify", { json: {}, headers: keyed });
    await service.call("GET", verification.headers.get("location") ?? "");
    await service.call("DELETE", `/records/${id}`);
    const many = Array.from({ length: 30 }, () => service.call("POST", "/records", { json: { ...json, payload: {} } }));
    await Promise.all(many); // more than one step of a job
    const job = await service.call("POST", "/records/process", { json: {}, headers: keyed });
    await service.call("GET", job.headers.get("location") ?? "");
    for (const query of ["limit=1", "category=order", "status=pending"]) await service.call("GET", `/records?${query}`);
    await service.call("GET", "/reports/timeseries");
    for (const query of ["", "date_from=2020-01-01"]) await service.call("GET", `/reports/summary?${query}`);
    for (const path of ["/health", "/version", "/docs", "/docs/start.js", "/openapi.json", "/nothing"])
      await service.call("GET", path);
    await service.settle();
    const { grantsByFunction, actionsByFunction } = service.usage;
    expect(Object.keys(grantsByFunction)).toHaveLength(routes.length + 4);
    for (const [name, grants] of Object.entries(grantsByFunction)) {
      const used = new Set(Object.keys(actionsByFunction[name] ?? {}));
      const unused = grants.filter((grant) => !grant.startsWith("logs:") && !used.has(grant));
      // Poison records are tested elsewhere; the others belong to the mapping, or to repairs and when time is short.
      const elsewhere = {
        StreamAggregate: ["dynamodb:PutItem", "dynamodb:ListStreams"],
        WorkerAdvance: ["sqs:GetQueueAttributes", "sqs:SendMessage", "dynamodb:UpdateItem"],
        ScheduleSweep: ["dynamodb:GetItem", "dynamodb:Query", "sqs:SendMessage"],
      };
      const allowed = Object.entries(elsewhere).find(([part]) => name.includes(part))?.[1] ?? [];
      expect(
        unused.filter((grant) => !allowed.includes(grant)),
        name,
      ).toEqual([]);
    }
  });
});

describe("CORS", () => {
  it("a preflight is answered, for the methods and headers the API takes", async () => {
    const preflight = await fetch(`${service.url}/records`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-api-key");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("answers expose the headers that clients need", async () => {
    const answer = await service.call("GET", "/records", { headers: { origin: "https://app.example" } });
    const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
    for (const name of ["etag", "location", "link", "retry-after", "x-request-id"]) expect(exposed).toContain(name);
  });
});
