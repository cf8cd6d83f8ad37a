import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { parseCurl } from "#test/curl.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ settings: { EGRESS_ALLOW: receiver.address } });

/** Runs a curl command of that service's README against this one; what it left open is filled in. */
function curl(command: string, filled: Record<string, string> = {}) {
  const complete = Object.entries(filled).reduce((text, [open, value]) => text.replaceAll(open, value), command);
  const { method, url, ...request } = parseCurl(complete);
  return service.call(method, url.replace("http://localhost:8001", ""), request);
}

const createCommand = `curl -X POST http://localhost:8001/api/v1/workflows \\
  -H "Content-Type: application/json" \\
  -d '{
    "id": "my-workflow",
    "name": "Demo Workflow",
    "description": "A sample workflow",
    "steps": [
      {"name": "delay", "type": "delay", "config": {"duration": 2}},
      {"name": "notify", "type": "webhook", "config": {
        "url": "https://httpbin.org/post",
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "body": {"message": "Hello from workflow!"}
      }}
    ]
  }'`;
const triggerCommand = `curl -X POST http://localhost:8001/api/v1/trigger \\
  -H "Content-Type: application/json" \\
  -d '{"workflow_id": "<workflow_uuid>", "payload": {"user": "demo"}}'`;
const statusCommand = "curl http://localhost:8001/api/v1/runs/<run_id>";

describe("every curl of the former workflow automation platform gives the documented answer", () => {
  it("creates, triggers, waits two seconds, sends the webhook, ends in SUCCESS, and tells subscribers", async () => {
    const subscription = await service.call("POST", "/api/v1/subscriptions", {
      json: { url: `${receiver.url}/events`, event_types: ["workflow.trigger", "workflow.completed"] },
    });
    expect(subscription.status, JSON.stringify(subscription.body)).toBe(201);

    const created = await curl(createCommand, { "https://httpbin.org/post": `${receiver.url}/post` });
    expect(created).toMatchObject({ status: 201, body: { id: "my-workflow", name: "Demo Workflow" } });
    expect(created.body.workflow_id).toMatch(/^[0-9a-f-]{36}$/);
    const got = await curl("curl http://localhost:8001/api/v1/workflows/<id>", { "<id>": created.body.workflow_id });
    expect(got).toMatchObject({ status: 200, body: { description: "A sample workflow" } });

    const triggered = await curl(triggerCommand, { "<workflow_uuid>": created.body.workflow_id });
    expect(triggered).toMatchObject({ status: 202, body: { status: "triggered" } });
    const runId = triggered.body.run_id;
    const status = () => curl(statusCommand, { "<run_id>": runId });
    await expect.poll(async () => (await status()).body.status, { timeout: 20_000, interval: 50 }).toBe("SUCCESS");
    const { body: run } = await status();
    expect(run).toMatchObject({
      run_id: runId,
      workflow_id: created.body.workflow_id,
      workflow_version: 1,
      error: null,
    });
    expect(Date.parse(run.completed_at) - Date.parse(run.started_at)).toBeGreaterThanOrEqual(2_000);
    expect(run.results.delay).toEqual({ type: "delay", duration: 2, message: "Delayed for 2 seconds" });
    const { response_data, ...notify } = run.results.notify;
    expect(notify).toEqual({ type: "webhook", status_code: 200, url: `${receiver.url}/post`, method: "POST" });
    expect(response_data).toEqual({ method: "POST", got: '{"message":"Hello from workflow!"}' });
    expect(run.step_results.delay).toMatchObject({ step_name: "delay", status: "SUCCESS", attempt: 1 });

    const listed = await curl("curl http://localhost:8001/api/v1/runs");
    expect(listed.body.items).toMatchObject([{ run_id: runId, status: "SUCCESS" }]);

    const events = () => receiver.received.filter(({ path }) => path === "/events");
    await expect.poll(() => events().length, { timeout: 20_000, interval: 50 }).toBe(2);
    const receiving = new Webhook(subscription.body.secret);
    const told = events().map(({ body, headers }) => receiving.verify(body, headers as Record<string, string>));
    const byType = Object.fromEntries(told.map((event) => [(event as { type: string }).type, event]));
    expect(byType).toMatchObject({
      "workflow.trigger": { run_id: runId, sequence: 1 },
      "workflow.completed": { run_id: runId, status: "SUCCESS", data: { status: "SUCCESS", error: null } },
    });
  }, 60_000);

  it("serves each path with its trailing slash, the health check and the OpenAPI document", async () => {
    for (const path of ["/api/v1/workflows/", "/api/v1/runs/", "/api/v1/workflows/my-workflow/"]) {
      expect((await service.call("GET", path)).status).toBe(200);
    }
    expect((await curl("curl http://localhost:8001/health")).status).toBe(200);
    const document = await curl("curl http://localhost:8001/api/v1/openapi.json");
    expect(Object.keys(document.body.paths)).toContain("/api/v1/trigger");
  });
});
