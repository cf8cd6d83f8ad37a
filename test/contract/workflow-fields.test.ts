import { describe, expect, it } from "vitest";
import { workflowEdit, workflowInput, workflowSchema, workflowView } from "#contract/workflow-fields.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { stepDefaults } from "#domain/workflow.ts";
import { newWorkflow } from "#domain/workflow-commands.ts";

const step = { name: "wait", type: "delay", config: { duration: 2 } };
const sent = { id: "my-workflow", name: "Demo Workflow", description: "A sample workflow", steps: [step] };
const withStep = (more: object) => ({ ...sent, steps: [{ ...step, ...more }] });
const pathsOf = (body: unknown) => workflowInput.safeParse(body).error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("a workflow as it is sent", () => {
  it("has defaults for what it leaves out, and ignores what it should not hold", () => {
    const parsed = workflowInput.parse({
      ...sent,
      workflow_id: "mine",
      version: 7,
      steps: [{ ...step, colour: "red" }],
    });
    expect(parsed).toEqual({
      ownId: "my-workflow",
      enabled: true,
      definition: {
        name: "Demo Workflow",
        description: "A sample workflow",
        steps: [{ ...step, ...stepDefaults }],
        inputSchema: null,
        runsKeptDays: null,
      },
    });
    expect(stepDefaults).toMatchObject({ retry: { maxAttempts: 3 }, timeoutSeconds: 10, onError: "fail" });
  });

  it("needs a name and steps alone; null says the same as nothing", () => {
    const nulls = { id: null, description: null, input_schema: null, runs_kept_days: null, enabled: null };
    const { name, steps } = sent;
    expect(workflowInput.parse({ name, steps, ...nulls })).toEqual(workflowInput.parse({ name, steps }));
    const bare = { retry: null, timeout: null, on_error: null };
    expect(workflowInput.parse(withStep(bare))).toEqual(workflowInput.parse(sent));
    expect(pathsOf({}).sort()).toEqual(["name", "steps"]);
  });

  it("keeps `enabled` as it is where an edit leaves it out", () => {
    expect(workflowEdit.parse(sent).enabled).toBeNull();
    expect(workflowEdit.parse({ ...sent, enabled: false }).enabled).toBe(false);
  });

  it("is sent back as it was answered, and means the same", () => {
    const retry = { max_attempts: 5, backoff: [1, 10], jitter: false, retry_on: ["timeout", 503] };
    const full = { ...withStep({ retry, timeout: "PT5S", on_error: "continue" }), input_schema: { type: "object" } };
    const input = workflowInput.parse({ ...full, runs_kept_days: 30, enabled: false });
    const workflow = newWorkflow(input, uuid7(0, new Uint8Array(10), 0), input.ownId);
    const view = workflowView(workflow, input.definition);
    expect(workflowSchema.strict().parse(view)).toEqual(view);
    expect(view.steps[0]).toEqual({ ...step, retry, timeout: 5, on_error: "continue" });
    expect(workflowInput.parse(view)).toEqual(input);
  });

  it.each([["a"], ["A.b_c-9"], ["x".repeat(64)], ["7f"]])("may have the own id %s", (id) => {
    expect(workflowInput.parse({ ...sent, id }).ownId).toBe(id);
  });

  it.each([
    [""],
    ["x".repeat(65)],
    ["a b"],
    ["a/b"],
    ["ä"],
    ["."],
    [".."],
    [7],
    ["0190b3f2-7c1e-7abc-8def-0123456789ab"],
    ["0190B3F2-7C1E-7ABC-8DEF-0123456789AB"],
  ])("may not have the own id %j", (id) => {
    expect(pathsOf({ ...sent, id })).toEqual(["id"]);
  });

  it.each([
    [{ ...sent, name: "" }, "name"],
    [{ ...sent, name: "x".repeat(129) }, "name"],
    [{ ...sent, name: "a\tb" }, "name"],
    [{ ...sent, description: "x".repeat(2_001) }, "description"],
    [{ ...sent, description: 7 }, "description"],
    [{ ...sent, steps: [] }, "steps"],
    [{ ...sent, steps: {} }, "steps"],
    [{ ...sent, steps: Array.from({ length: 101 }, (_, at) => ({ ...step, name: `s${at}` })) }, "steps"],
    [{ ...sent, input_schema: [] }, "input_schema"],
    [{ ...sent, input_schema: true }, "input_schema"],
    [{ ...sent, runs_kept_days: 0 }, "runs_kept_days"],
    [{ ...sent, runs_kept_days: 1.5 }, "runs_kept_days"],
    [{ ...sent, runs_kept_days: 3_651 }, "runs_kept_days"],
    [{ ...sent, enabled: "yes" }, "enabled"],
    [withStep({ name: undefined }), "steps.0.name"],
    [withStep({ name: "" }), "steps.0.name"],
    [withStep({ name: "a b" }), "steps.0.name"],
    [withStep({ name: "x".repeat(65) }), "steps.0.name"],
    [withStep({ name: "toString" }), "steps.0.name"],
    [withStep({ name: "__defineGetter__" }), "steps.0.name"],
    [withStep({ name: "constructor" }), "steps.0.name"],
    [withStep({ name: "prototype" }), "steps.0.name"],
    [withStep({ type: undefined }), "steps.0.type"],
    [withStep({ type: "email" }), "steps.0.type"],
    [withStep({ type: "toString" }), "steps.0.type"],
    [withStep({ config: [] }), "steps.0.config"],
    [withStep({ config: "2" }), "steps.0.config"],
    [withStep({ on_error: "ignore" }), "steps.0.on_error"],
    [withStep({ retry: 3 }), "steps.0.retry"],
    ...[0, 21, 1.5, "3"].map((value) => [withStep({ retry: { max_attempts: value } }), "steps.0.retry.max_attempts"]),
    ...[-1, 86_401, "1", [], Array(21).fill(1)].map((value) => [
      withStep({ retry: { backoff: value } }),
      "steps.0.retry.backoff",
    ]),
    [withStep({ retry: { backoff: [1, -1] } }), "steps.0.retry.backoff.1"],
    [withStep({ retry: { jitter: "no" } }), "steps.0.retry.jitter"],
    [withStep({ retry: { retry_on: "5xx" } }), "steps.0.retry.retry_on"],
    [withStep({ retry: { retry_on: ["3xx"] } }), "steps.0.retry.retry_on.0"],
    [withStep({ retry: { retry_on: [99] } }), "steps.0.retry.retry_on.0"],
    ...[0, -1, 30.5, "10", "PT31S", "PT0S", "P1M", true].map((value) => [
      withStep({ timeout: value }),
      "steps.0.timeout",
    ]),
  ] as [unknown, string][])("is refused for what is wrong with one member: %j at %s", (body, path) => {
    expect(pathsOf(body)).toEqual([path]);
  });

  it.each([
    [30, 30],
    [0.5, 0.5],
    ["PT30S", 30],
    ["PT0.5S", 0.5],
  ])("may give a step %j to time out", (timeout, seconds) => {
    expect(workflowInput.parse(withStep({ timeout })).definition.steps[0]?.timeoutSeconds).toBe(seconds);
  });

  it.each([[0], [86_400], [0.25], [[0]], [[1, 2, 3]]])("may wait %j seconds between attempts", (backoff) => {
    const [parsed] = workflowInput.parse(withStep({ retry: { backoff } })).definition.steps;
    expect(parsed?.retry.backoffSeconds).toEqual(backoff);
  });

  it("names the known types where it has another", () => {
    const { error } = workflowInput.safeParse(withStep({ type: "email" }));
    expect(error?.issues[0]?.message).toMatch(/delay, webhook/);
  });

  it("names all that is wrong at once", () => {
    const bad = {
      id: "a b",
      steps: [
        { ...step, name: "" },
        { ...step, type: "email", timeout: 99 },
      ],
      enabled: 1,
    };
    expect(pathsOf(bad).sort()).toEqual(["enabled", "id", "name", "steps.0.name", "steps.1.timeout", "steps.1.type"]);
  });
});
