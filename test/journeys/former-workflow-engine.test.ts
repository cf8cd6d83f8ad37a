import { beforeAll, describe, expect, it } from "vitest";
import { parseCurl } from "#test/curl.ts";
import { startService } from "#test/service.ts";

const service = await startService();

/** Runs a curl command of that service's README against this service, on its example definition. */
function curl(command: string, instanceId = "") {
  const own = command.replace("@test_workflow.json", "@docs/examples/simple-approval.json");
  const { method, url, ...request } = parseCurl(own.replace("{instance_id}", instanceId));
  return service.call(method, url.replace("http://localhost:5000", ""), request);
}

const createCommand = `curl -X POST http://localhost:5000/api/definitions \\
  -H "Content-Type: application/json" \\
  -d @test_workflow.json`;
const startCommand = `curl -X POST http://localhost:5000/api/instances \\
  -H "Content-Type: application/json" \\
  -d '{"definition_id": "simple_approval"}'`;
const submitCommand = "curl -X POST http://localhost:5000/api/instances/{instance_id}/actions/submit_for_review";
const actionCommand = (action: string) => submitCommand.replace("submit_for_review", action);

describe("every curl of the former Workflow Engine gives the documented answer", () => {
  beforeAll(async () => {
    expect(await curl(createCommand)).toMatchObject({ status: 201, body: { id: "simple_approval" } });
  });

  const started = async () => (await curl(startCommand)).body;

  it("200 GET /health, and GET /api/health with statistics", async () => {
    expect(await curl("curl http://localhost:5000/health")).toMatchObject({ status: 200, body: { status: "healthy" } });
    await started();
    await service.settle();
    const health = await curl("curl http://localhost:5000/api/health");
    expect(health).toMatchObject({
      status: 200,
      body: { status: "healthy", service: expect.any(String), definitions_count: 1, instances_count: 1 },
    });
  });

  it("201 starts an instance in the initial state, with what can be done", async () => {
    const answer = await curl(startCommand);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    expect(answer.body).toMatchObject({
      definition_id: "simple_approval",
      definition_version: 1,
      current_state_id: "draft",
      is_final: false,
      history: [],
      data: {},
      version: 1,
    });
    expect(answer.body.available_actions.map((action: { id: string }) => action.id)).toContain("submit_for_review");
  });

  it("404 NotFound for an instance of a definition that is not there", async () => {
    const answer = await curl(startCommand.replace("simple_approval", "nothing"));
    expect(answer).toMatchObject({ status: 404, body: { error: "NotFound" } });
  });

  it("200 executes an action, and the instance tells its history", async () => {
    const { id } = await started();
    const answer = await curl(submitCommand, id);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body).toMatchObject({ id, definition_id: "simple_approval", version: 2 });
    expect(answer.body.current_state_id).not.toBe("draft");
    const read = await curl("curl http://localhost:5000/api/instances/{instance_id}", id);
    expect(read.body).toEqual(answer.body);
    expect(read.body.history).toEqual([
      {
        action_id: "submit_for_review",
        timestamp: read.body.updated_at,
        from_state_id: "draft",
        to_state_id: read.body.current_state_id,
        by: "anonymous",
        comment: null,
        version: 2,
      },
    ]);
  });

  it("404 for an unknown action, 409 for one that does not lead from the state, each saying so", async () => {
    const { id } = await started();
    expect(await curl(actionCommand("nothing"), id)).toMatchObject({
      status: 404,
      body: { message: "Action not found" },
    });
    await curl(submitCommand, id);
    const again = await curl(submitCommand, id);
    expect(again).toMatchObject({ status: 409, body: { error: "Conflict", code: "state_conflict" } });
    expect(again.body.message).toContain("submit_for_review leads from draft");
  });

  it("200 gets what can be done and lists all instances, with and without a slash at the end", async () => {
    const { id } = await started();
    const actions = await curl("curl http://localhost:5000/api/instances/{instance_id}/actions", id);
    expect(actions.body.available_actions.map((action: { id: string }) => action.id)).toContain("submit_for_review");
    for (const slash of ["", "/"]) {
      const all = await curl(`curl http://localhost:5000/api/instances${slash}`);
      expect(all.body.items.map((item: { id: string }) => item.id)).toContain(id);
    }
  });
});
