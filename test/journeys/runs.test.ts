import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { webhookSecrets } from "#runtime/webhook-secrets.ts";
import { dumpTables } from "#test/dump-tables.ts";
import { startReceiver } from "#test/receiver.ts";
import { startService } from "#test/service.ts";

const receiver = await startReceiver();
const service = await startService({ clock: "virtual", settings: { EGRESS_ALLOW: receiver.address } });
afterEach(() => receiver.clear());

let made = 0;
type Json = Record<string, unknown>;

async function workflow(steps: Json[], more: Json = {}): Promise<string> {
  const json = { id: `flow-${++made}`, name: "Flow", steps, ...more };
  const created = await service.call("POST", "/api/v1/workflows", { json });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return created.body.workflow_id;
}

async function trigger(workflowId: string, payload: Json = {}, more: Json = {}): Promise<string> {
  const json = { workflow_id: workflowId, payload, ...more };
  const answer = await service.call("POST", "/api/v1/trigger", { json });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 202, body: { status: "triggered" } });
  return answer.body.run_id;
}

const get = async (id: string) => (await service.call("GET", `/api/v1/runs/${id}`)).body;
const command = (id: string, name: string, json?: Json, headers = {}) =>
  service.call("POST", `/api/v1/runs/${id}/${name}`, { ...(json === undefined ? {} : { json }), headers });
const hook = (name: string, config: Json = {}, more: Json = {}): Json => ({
  name,
  type: "webhook",
  config: { url: `${receiver.url}/${name}`, ...config },
  ...more,
});
const delay = (name: string, duration: number | string): Json => ({ name, type: "delay", config: { duration } });

describe("POST /api/v1/trigger", () => {
  it("202 runs the former service's example: two seconds waited, the webhook sent, SUCCESS", async () => {
    const body = { message: "Hello from workflow!" };
    const id = await workflow([
      delay("delay", 2),
      hook("notify", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    ]);
    const runId = await trigger(id, { user: "demo" });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "WAITING", current_step: "delay", results: {} });
    expect(receiver.received).toHaveLength(0);
    await service.clock.advance(2_000);
    const run = await get(runId);
    expect(run).toMatchObject({ status: "SUCCESS", payload: { user: "demo" }, error: null, current_step: null });
    expect(run.results).toEqual({
      delay: { type: "delay", duration: 2, message: "Delayed for 2 seconds" },
      notify: {
        type: "webhook",
        status_code: 200,
        response_data: { method: "POST", got: JSON.stringify(body) },
        url: `${receiver.url}/notify`,
        method: "POST",
      },
    });
    expect(run.step_results.notify).toMatchObject({ step_name: "notify", status: "SUCCESS", attempt: 1, error: null });
    expect(Date.parse(run.step_results.delay.completed_at) - Date.parse(run.started_at)).toBeGreaterThanOrEqual(2_000);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({ method: "POST", body: JSON.stringify(body) });
  });

  it("202 replays the same run for the same Idempotency-Key", async () => {
    const id = await workflow([delay("d", 0)]);
    const send = () =>
      service.call("POST", "/api/v1/trigger", { json: { workflow_id: id }, headers: { "idempotency-key": id } });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });

  it("404 for a workflow that is not there, 422 for a body that names none, 422 for a payload its schema refuses", async () => {
    const send = (json: Json) => service.call("POST", "/api/v1/trigger", { json });
    expect(await send({ workflow_id: "nowhere" })).toMatchObject({ status: 404, body: { code: "resource_not_found" } });
    expect(await send({})).toMatchObject({ status: 422 });
    const input_schema = { type: "object", required: ["user"], properties: { user: { type: "string" } } };
    const id = await workflow([delay("d", 0)], { input_schema });
    expect(await send({ workflow_id: id, payload: { user: 5 } })).toMatchObject({
      status: 422,
      body: { code: "validation_failed", errors: [{ path: "payload.user" }] },
    });
    expect((await service.call("GET", `/api/v1/runs?workflow_id=${id}`)).body.items).toEqual([]);
  });

  it("409 for a workflow that is disabled or archived", async () => {
    const id = await workflow([delay("d", 0)]);
    await service.call("POST", `/api/v1/workflows/${id}/disable`);
    const send = () => service.call("POST", "/api/v1/trigger", { json: { workflow_id: id } });
    expect(await send()).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    await service.call("DELETE", `/api/v1/workflows/${id}`);
    expect(await send()).toMatchObject({ status: 409 });
  });
});

describe("templates", () => {
  it("fill in payload, earlier outputs and the run, with their types, and the former service's own", async () => {
    receiver.reply = ({ path }) => ({ body: JSON.stringify(path === "/fetch" ? { id: 7, tags: ["a"] } : {}) });
    const body = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the template under test
      user: "${user}",
      id: "{{ steps.fetch.output.response_data.id }}",
      tags: "{{ steps.fetch.output.response_data.tags }}",
      text: "run {{ run.id }} for {{ payload.user }}",
    };
    const id = await workflow([hook("fetch", { method: "GET" }), hook("tell", { body })]);
    const runId = await trigger(id, { user: "demo" });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS" });
    expect(JSON.parse(receiver.received[1]?.body ?? "")).toEqual({
      user: "demo",
      id: 7,
      tags: ["a"],
      text: `run ${runId} for demo`,
    });
  });

  it("in a URL stand for themselves alone: no value of a payload leads elsewhere", async () => {
    const url = `${receiver.url}/users/{{ payload.id }}/notes?x={{ payload.q }}`;
    const id = await workflow([hook("tell", { method: "GET", url })]);
    const sideways = await trigger(id, { id: "../admin", q: "1&role=admin#f" });
    const up = await trigger(id, { id: "..", q: "" });
    await service.settle();
    expect(receiver.received.map(({ path }) => path)).toEqual(["/users/..%2Fadmin/notes?x=1%26role%3Dadmin%23f"]);
    const { items } = (await service.call("GET", `/api/v1/runs/${sideways}/timeline`)).body;
    expect(items[1].input.url).toBe(`${receiver.url}/users/..%2Fadmin/notes?x=1%26role%3Dadmin%23f`);
    expect(await get(up)).toMatchObject({ status: "FAILED", error: expect.stringContaining('"." or ".."') });
  });

  it("that name nothing fail the step, saying which path", async () => {
    const runId = await trigger(await workflow([hook("tell", { body: "{{ payload.nobody }}" })]));
    await service.settle();
    const run = await get(runId);
    expect(run).toMatchObject({ status: "FAILED", step_results: { tell: { status: "FAILED", attempt: 1 } } });
    expect(run.error).toContain("payload.nobody");
    expect(receiver.received).toHaveLength(0);
  });
});

describe("a webhook", () => {
  it("carries one webhook-id on every attempt, and a signature that receivers can verify", async () => {
    let turns = 0;
    receiver.reply = () => ({ status: ++turns < 3 ? 503 : 200 });
    const runId = await trigger(
      await workflow([hook("tell", { body: { a: 1 } }, { retry: { max_attempts: 3, backoff: 1 } })]),
    );
    await service.settle();
    await service.clock.advance(1_000);
    await service.clock.advance(2_000);
    expect(await get(runId)).toMatchObject({ status: "SUCCESS", step_results: { tell: { attempt: 3 } } });
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([`run_${runId}_tell_0`]),
    );
    expect(receiver.received[0]?.headers["idempotency-key"]).toBe(`run_${runId}_tell_0`);
    const { headers, body } = receiver.received[2] as (typeof receiver.received)[0];
    const [secret = ""] = await webhookSecrets(Date.now());
    const receiving = new Webhook(secret);
    expect(receiving.verify(body, headers as Record<string, string>)).toEqual({ a: 1 });
    expect(() => receiving.verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it("carries the step's own Idempotency-Key on every attempt, where it has one", async () => {
    receiver.reply = () => ({ status: receiver.received.length < 2 ? 503 : 200 });
    const tell = hook("tell", { headers: { "Idempotency-Key": "order-{{ payload.order }}" } });
    const runId = await trigger(await workflow([tell]), { order: 7 });
    await service.clock.advance(60_000);
    expect(await get(runId)).toMatchObject({ status: "SUCCESS", step_results: { tell: { attempt: 2 } } });
    expect(receiver.received.map(({ headers }) => [headers["idempotency-key"], headers["webhook-id"]])).toEqual([
      ["order-7", `run_${runId}_tell_0`],
      ["order-7", `run_${runId}_tell_0`],
    ]);
  });

  it("says who sends it, unless the step says so itself", async () => {
    const own = hook("own", { headers: { "User-Agent": "billing" } });
    await trigger(await workflow([hook("tell"), own]));
    await service.settle();
    expect(receiver.received.map(({ headers }) => headers["user-agent"])).toEqual(["Sluice/0.1.0", "billing"]);
  });

  it("may not carry headers of the signature or of compression: 422, and the step fails where a payload has them", async () => {
    for (const name of ["webhook-id", "Accept-Encoding"]) {
      const json = { name: "Flow", steps: [hook("tell", { headers: { [name]: "{{ payload.a }}" } })] };
      expect(await service.call("POST", "/api/v1/workflows", { json })).toMatchObject({
        status: 422,
        body: {
          errors: [{ path: `steps.0.config.headers.${name}`, message: expect.stringMatching(/^must not be set: /) }],
        },
      });
      const runId = await trigger(await workflow([hook("tell", { headers: "{{ payload.h }}" })]), {
        h: { [name]: "a" },
      });
      await service.settle();
      expect(await get(runId)).toMatchObject({ status: "FAILED", error: expect.stringContaining("must not be set: ") });
    }
    expect(receiver.received).toEqual([]);
  });

  it("is tried as often as its step says, waits as long as the other side asks, and then fails the run", async () => {
    receiver.reply = () => ({ status: 429, headers: { "retry-after": "120" } });
    const runId = await trigger(await workflow([hook("tell", {}, { retry: { max_attempts: 2, backoff: [1] } })]));
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "WAITING" });
    await service.clock.advance(60_000);
    expect(receiver.received).toHaveLength(1);
    await service.clock.advance(61_000);
    expect(receiver.received).toHaveLength(2);
    const run = await get(runId);
    expect(run).toMatchObject({ status: "FAILED", step_results: { tell: { status: "FAILED", attempt: 2 } } });
    expect(run.error).toContain("answered 429");
  });

  it("is not repeated for what retry_on leaves out, and the run goes on where on_error is continue", async () => {
    receiver.reply = ({ path }) => ({ status: path === "/first" ? 404 : 200 });
    const first = hook("first", {}, { retry: { max_attempts: 5, retry_on: ["5xx", "timeout"] }, on_error: "continue" });
    const runId = await trigger(await workflow([first, hook("second")]));
    await service.settle();
    const run = await get(runId);
    expect(run).toMatchObject({
      status: "SUCCESS",
      step_results: { first: { status: "FAILED", attempt: 1 }, second: { status: "SUCCESS" } },
    });
    expect(Object.keys(run.results)).toEqual(["second"]);
  });

  it("takes success_codes at their word, and does not follow redirects", async () => {
    receiver.reply = () => ({ status: 302, headers: { location: "/elsewhere" } });
    const runId = await trigger(await workflow([hook("tell", { success_codes: [302] })]));
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS", results: { tell: { status_code: 302 } } });
    expect(receiver.received).toHaveLength(1);
  });

  it("that gets no answer in its time is a failed attempt", async () => {
    receiver.reply = () => null;
    const runId = await trigger(await workflow([hook("tell", {}, { timeout: 0.2, retry: { max_attempts: 1 } })]));
    await service.settle();
    expect((await get(runId)).error).toContain("no answer within 0.2 seconds");
  });

  it("whose answer is long keeps it elsewhere, cut at 64 KiB, and later steps can use it", async () => {
    const text = "x".repeat(50_000);
    receiver.reply = ({ path }) => ({ body: path === "/long" ? JSON.stringify({ text, id: 9 }) : "y".repeat(70_000) });
    const use = hook("use", { body: "{{ steps.long.output.response_data.id }}" });
    const runId = await trigger(await workflow([hook("long"), use]));
    await service.settle();
    const run = await get(runId);
    expect(run).toMatchObject({ status: "SUCCESS", results: { long: { response_data: { text, id: 9 } } } });
    expect(receiver.received[1]?.body).toBe("9");
    expect(run.results.use).toMatchObject({ truncated: true });
    expect(run.results.use.response_data).toHaveLength(64 * 1024);
  });

  it("to a forbidden address is refused when it is sent, however the address came there", async () => {
    const id = await workflow([hook("tell", { url: "{{ payload.url }}" }, { retry: { max_attempts: 5 } })]);
    const runId = await trigger(id, { url: "http://169.254.169.254/latest/meta-data" });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "FAILED", step_results: { tell: { attempt: 1 } } });
  });
});

describe("commands", () => {
  it("200 pause keeps further steps from beginning, resume goes on", async () => {
    const runId = await trigger(await workflow([delay("wait", 60), hook("tell")]));
    const paused = await command(runId, "pause");
    expect(paused).toMatchObject({ status: 200, body: { status: "PAUSED", version: 2 } });
    await service.clock.advance(300_000);
    expect(receiver.received).toHaveLength(0);
    expect((await service.call("GET", "/api/v1/runs?status=paused")).body.items.map((run: Json) => run.run_id)).toEqual(
      [runId],
    );
    expect(await command(runId, "resume")).toMatchObject({ status: 200, body: { status: "PENDING" } });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS" });
  });

  it("200 cancel ends a run, and what waits for it finds nothing to do", async () => {
    const runId = await trigger(await workflow([delay("wait", 60), hook("tell")]));
    expect(await command(runId, "cancel")).toMatchObject({ status: 200, body: { status: "CANCELLED" } });
    await service.clock.advance(300_000);
    expect(receiver.received).toHaveLength(0);
    expect(await command(runId, "pause")).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect(await command(runId, "resume")).toMatchObject({ status: 409 });
    expect(await command(runId, "cancel")).toMatchObject({ status: 409 });
  });

  it("200 shows why the last attempt failed while the next is waited for, and where a cancelled run ended", async () => {
    receiver.reply = () => ({ status: 503, body: "busy" });
    const steps = [hook("tell", {}, { retry: { backoff: 60 } }), delay("wait", 60)];
    const runId = await trigger(await workflow(steps));
    await service.settle();
    const waiting = await get(runId);
    const { started_at, ...shown } = waiting.step_results.tell;
    expect(shown).toMatchObject({ status: "WAITING", attempt: 2, error: "answered 503: busy", completed_at: null });
    await command(runId, "cancel");
    const ended = await get(runId);
    expect(ended).toMatchObject({ status: "CANCELLED", current_step: null });
    expect(ended.step_results).toEqual({
      tell: { ...shown, started_at, status: "CANCELLED", completed_at: ended.completed_at },
    });
    receiver.clear();
    await command(runId, "retry");
    await service.settle();
    await command(runId, "cancel");
    expect((await get(runId)).step_results).toMatchObject({
      tell: { status: "SUCCESS", error: null },
      wait: { status: "CANCELLED" },
    });
  });

  it("412 for another version, on every command", async () => {
    const runId = await trigger(await workflow([delay("wait", 60)]));
    const stale = { "if-match": '"9"' };
    for (const name of ["pause", "cancel", "resume", "retry"]) {
      expect(await command(runId, name, {}, stale)).toMatchObject({
        status: 412,
        body: { code: "precondition_failed" },
      });
    }
    expect((await service.call("DELETE", `/api/v1/runs/${runId}`, { headers: stale })).status).toBe(412);
    expect(await command(runId, "cancel", {}, { "if-match": '"1"' })).toMatchObject({ status: 200 });
  });

  it("202 retry goes on from the step that failed under a new webhook-id, and keeps what was done before", async () => {
    receiver.reply = ({ path }) => ({ status: path === "/b" ? 500 : 200 });
    const once = { retry: { max_attempts: 1 } };
    const runId = await trigger(await workflow([hook("a", {}, once), hook("b", {}, once)]));
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "FAILED", results: { a: {} } });
    receiver.clear();
    expect(await command(runId, "retry")).toMatchObject({
      status: 202,
      body: { status: "PENDING", retries: 1, error: null },
    });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS", retries: 1 });
    expect(receiver.received.map(({ path, headers }) => [path, headers["webhook-id"]])).toEqual([
      ["/b", `run_${runId}_b_1`],
    ]);
  });

  it("202 retry from any step or the start, of the newest version, with another payload", async () => {
    const id = await workflow([hook("a", { body: "{{ payload.n }}" })]);
    const runId = await trigger(id, { n: 1 });
    await service.settle();
    const json = {
      name: "Flow",
      steps: [hook("a", { body: "{{ payload.n }}" }), hook("c", { body: "c{{ payload.n }}" })],
    };
    const put = await service.call("PUT", `/api/v1/workflows/${id}`, { json, headers: { "if-match": "*" } });
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    receiver.clear();
    const long = "z".repeat(2_000);
    const again = await command(runId, "retry", { from: "start", workflow_version: "newest", payload: { n: 2, long } });
    expect(again).toMatchObject({ status: 202, body: { workflow_version: 2, retries: 1 } });
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS", payload: { n: 2, long } });
    expect(receiver.received.map(({ body }) => body)).toEqual(["2", "c2"]);
    receiver.clear();
    expect((await command(runId, "retry", { from_step: "c" })).status).toBe(202);
    await service.settle();
    expect(receiver.received.map(({ body }) => body)).toEqual(["c2"]);
    expect(await command(runId, "retry")).toMatchObject({ status: 409 });
    expect(await command(runId, "retry", { from_step: "none" })).toMatchObject({ status: 422 });
  });

  it("409 retry past a step that never ran, or failed for the run, says which and where to begin instead", async () => {
    receiver.reply = ({ path }) => ({ status: path === "/a" ? 500 : 200 });
    const once = { retry: { max_attempts: 1 } };
    const use = hook("c", { body: "{{ steps.b.output.status_code }}" });
    const runId = await trigger(await workflow([hook("a", {}, once), hook("b"), use]));
    await service.settle();
    const refused = await command(runId, "retry", { from_step: "c" });
    expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect(refused.body.message).toBe(
      "from_step c would leave out steps before it: a (failed), b (no result). Retry from_step a, or from: start.",
    );
    expect(await get(runId)).toMatchObject({ status: "FAILED", retries: 0 });
    receiver.clear();
    expect((await command(runId, "retry", { from_step: "a" })).status).toBe(202);
    await service.settle();
    expect(await get(runId)).toMatchObject({ status: "SUCCESS" });
    expect((await command(runId, "retry", { from_step: "c" })).status).toBe(202);
  });

  it("409 retry of what failed, where the run went on without it, says which step to name", async () => {
    receiver.reply = ({ path }) => ({ status: path === "/a" ? 500 : 200 });
    const once = { retry: { max_attempts: 1 }, on_error: "continue" };
    const runId = await trigger(await workflow([hook("a", {}, once), hook("b")]));
    await service.settle();
    const refused = await command(runId, "retry");
    expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect(refused.body.message).toBe(
      "The run is SUCCESS: it went on without a, which failed. Name the step to retry from in from_step, or say from: start.",
    );
    expect((await command(runId, "retry", { from_step: "a" })).status).toBe(202);
  });

  it("409 retry of a run whose workflow is disabled, and then archived; 422 for a payload that the newest version refuses", async () => {
    const steps = [hook("a", {}, { retry: { max_attempts: 1 } })];
    receiver.reply = () => ({ status: 500 });
    const id = await workflow(steps);
    const runId = await trigger(id, { v: 3 });
    await service.settle();
    const at = (verb: string) => service.call("POST", `/api/v1/workflows/${id}/${verb}`);
    expect((await at("disable")).status).toBe(200);
    const disabled = await command(runId, "retry");
    expect(disabled).toMatchObject({ status: 409, body: { message: "The workflow is disabled: enable it first." } });
    const skipped = await service.call("POST", "/api/v1/runs/redrive", { json: { workflow_id: id } });
    await service.settle();
    const done = (await service.call("GET", skipped.headers.get("location") ?? "")).body;
    expect(done).toMatchObject({ status: "completed", counts: { retried: 0, skipped: 1 } });
    await at("enable");
    const input_schema = { type: "object", required: ["q"] };
    const json = { name: "Flow", steps, input_schema };
    await service.call("PUT", `/api/v1/workflows/${id}`, { json, headers: { "if-match": "*" } });
    const refused = await command(runId, "retry", { workflow_version: "newest" });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: "payload.q" }] } });
    expect((await command(runId, "retry", { workflow_version: "newest", payload: { q: 1 } })).status).toBe(202);
    await service.settle();
    expect((await service.call("DELETE", `/api/v1/workflows/${id}`)).status).toBe(204);
    expect(await command(runId, "retry")).toMatchObject({ status: 409, body: { code: "state_conflict" } });
  });

  it("204 erases a finished run with all that is its own, 409 one that has not ended", async () => {
    receiver.reply = () => ({ body: JSON.stringify("x".repeat(50_000)) });
    const marked = `planted${"p".repeat(2_000)}`;
    const runId = await trigger(await workflow([hook("a")]), { long: marked });
    await service.settle();
    expect(await dumpTables(service)).toContain(marked);
    const open = await trigger(await workflow([delay("wait", 60)]));
    expect((await service.call("DELETE", `/api/v1/runs/${open}`)).status).toBe(409);
    expect((await service.call("DELETE", `/api/v1/runs/${runId}`)).status).toBe(204);
    expect((await service.call("GET", `/api/v1/runs/${runId}`)).status).toBe(404);
    expect((await service.call("DELETE", `/api/v1/runs/${runId}`)).status).toBe(404);
    await service.settle();
    await service.settle(); // the stream tells of it, and then the worker clears
    expect(await dumpTables(service)).not.toContain(marked);
  });
});

describe("GET /api/v1/runs", () => {
  it("200 lists by workflow, status in any case, tag and time, page by page", async () => {
    const id = await workflow([delay("d", 0)]);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await trigger(id, {}, n === 3 ? { tag: "order-3" } : {}));
    await service.settle();
    const list = async (query: string) => (await service.call("GET", `/api/v1/runs?${query}`)).body;
    const first = await list(`workflow_id=${id}&limit=3`);
    expect(first.items.map((run: Json) => run.run_id)).toEqual(ids.toReversed().slice(0, 3));
    const rest = await list(`workflow_id=${id}&limit=3&cursor=${first.next_cursor}`);
    expect(rest.items.map((run: Json) => run.run_id)).toEqual(ids.toReversed().slice(3));
    expect((await list("tag=order-3")).items).toMatchObject([{ run_id: ids[3], tag: "order-3", status: "SUCCESS" }]);
    expect((await list(`workflow_id=${id}&status=success`)).items).toHaveLength(5);
    expect((await list(`workflow_id=${id}&status=failed`)).items).toEqual([]);
    expect((await service.call("GET", "/api/v1/runs?status=odd")).status).toBe(422);
    expect((await list("workflow_id=nowhere")).items).toEqual([]);
  });
});

describe("GET /api/v1/runs/{id}/timeline", () => {
  it("200 tells every event in order, with attempts, inputs, outputs and durations", async () => {
    let turns = 0;
    receiver.reply = () => ({ status: ++turns === 1 ? 500 : 200 });
    const tell = hook("tell", { body: "{{ payload.a }}" }, { retry: { max_attempts: 2, backoff: 5, jitter: false } });
    const runId = await trigger(await workflow([tell]), { a: "A" });
    await service.settle();
    await service.clock.advance(5_000);
    const { items, total } = (await service.call("GET", `/api/v1/runs/${runId}/timeline`)).body;
    expect(total).toBe(4);
    expect(items.map((entry: Json) => [entry.sequence, entry.type, entry.attempt])).toEqual([
      [1, "workflow.trigger", null],
      [2, "step.attempt_failed", 1],
      [3, "step.completed", 2],
      [4, "workflow.completed", null],
    ]);
    expect(items[0]).toMatchObject({ by: "anonymous", payload: { a: "A" } });
    expect(items[1]).toMatchObject({ step_name: "tell", input: { body: "A", url: `${receiver.url}/tell` } });
    expect(Date.parse(items[1].next_attempt_at) - Date.parse(items[1].time)).toBe(5_000);
    expect(items[2].duration_ms).toBeLessThan(5_000);
    const { started_at, completed_at } = (await get(runId)).step_results.tell;
    expect(started_at).toBe(items[1].started_at);
    expect(Date.parse(completed_at) - Date.parse(started_at)).toBeGreaterThanOrEqual(5_000);
    expect(items[2].output).toMatchObject({ status_code: 200 });
    const page = (await service.call("GET", `/api/v1/runs/${runId}/timeline?limit=2`)).body;
    const next = (await service.call("GET", `/api/v1/runs/${runId}/timeline?limit=2&cursor=${page.next_cursor}`)).body;
    expect([...page.items, ...next.items]).toEqual(items);
    expect(next.next_cursor).toBeNull();
  });

  it("200 tells what each step was given, also before retries that brought another payload; erasing forgets all", async () => {
    const runId = await trigger(await workflow([hook("tell", { body: "{{ payload.a }}" })]), { a: "planted-0" });
    const payloads = [{ a: `planted-1${"l".repeat(900)}` }, undefined, { a: "planted-2" }, { a: "planted-3" }];
    await service.settle();
    for (const payload of payloads) {
      expect((await command(runId, "retry", { from: "start", ...(payload ? { payload } : {}) })).status).toBe(202);
      await service.settle();
    }
    const { items } = (await service.call("GET", `/api/v1/runs/${runId}/timeline`)).body;
    const bodies = items.flatMap(({ input }: { input: Json | null }) => (input === null ? [] : [input.body]));
    const [long] = payloads.map((payload) => payload?.a);
    expect(bodies).toEqual(["planted-0", long, long, "planted-2", "planted-3"]);
    expect((await service.call("DELETE", `/api/v1/runs/${runId}`)).status).toBe(204);
    await service.settle();
    await service.settle(); // the stream tells of it, and then the worker clears
    expect(await dumpTables(service)).not.toMatch(/planted-[0-3]/);
  });

  it("200 tells what events tell: the payload of its trigger, whether it goes on without a step, and edited payloads", async () => {
    receiver.reply = () => ({ status: 404 });
    const once = { retry: { max_attempts: 1 }, on_error: "continue" };
    const runId = await trigger(await workflow([hook("tell", {}, once)]), { a: "A" });
    await service.settle();
    await command(runId, "retry", { from: "start", payload: { a: "B" } });
    await service.settle();
    await command(runId, "retry", { from: "start" });
    await service.settle();
    const { items } = (await service.call("GET", `/api/v1/runs/${runId}/timeline`)).body;
    const told = items.map(({ type, payload, payload_edited, continued }: Json) => [
      type,
      payload ?? payload_edited ?? continued,
    ]);
    expect(told).toEqual([
      ["workflow.trigger", { a: "A" }],
      ["step.failed", true],
      ["workflow.completed", null],
      ["workflow.retried", true],
      ["step.failed", true],
      ["workflow.completed", null],
      ["workflow.retried", false],
      ["step.failed", true],
      ["workflow.completed", null],
    ]);
    // Each event's data are there, under their own names.
    const events = service.events.map(({ detail }) => detail as { run_id: string; sequence: number; data: Json });
    for (const { sequence, data } of events.filter(({ run_id }) => run_id === runId)) {
      const { results, ...plain } = data; // the outputs are told by their own entries
      expect(items[sequence - 1]).toMatchObject(plain);
    }
  });

  it("404 for a run that is not there", async () => {
    expect((await service.call("GET", "/api/v1/runs/550e8400-e29b-41d4-a716-446655440000/timeline")).status).toBe(404);
    expect((await service.call("GET", "/api/v1/runs/nothing")).status).toBe(404);
  });
});

describe("POST /api/v1/runs/redrive", () => {
  it("202 retries every failed run that matches, and says how many", async () => {
    receiver.reply = () => ({ status: 500 });
    const id = await workflow([hook("a", {}, { retry: { max_attempts: 1 } })]);
    const other = await trigger(await workflow([hook("a", {}, { retry: { max_attempts: 1 } })]));
    const ids = await Promise.all(Array.from({ length: 30 }, () => trigger(id)));
    await service.settle();
    receiver.clear();
    const job = await service.call("POST", "/api/v1/runs/redrive", { json: { workflow_id: id } });
    expect(job.status).toBe(202);
    await service.settle();
    const done = (await service.call("GET", job.headers.get("location") ?? "")).body;
    expect(done).toMatchObject({ status: "completed", counts: { retried: 30, skipped: 0 } });
    for (const runId of ids) expect((await get(runId)).status).toBe("SUCCESS");
    expect((await get(other)).status).toBe("FAILED");
  });
});

describe("finished runs", () => {
  it("are forgotten after the days their workflow says, with all that is their own", async () => {
    const id = await workflow([delay("d", 0)], { runs_kept_days: 2 });
    const runId = await trigger(id, { long: "p".repeat(2_000) });
    await service.settle();
    const { expires_at, completed_at } = await get(runId);
    expect(Date.parse(expires_at) - Date.parse(completed_at)).toBeLessThanOrEqual(2 * 86_400_000 + 1000);
    await service.clock.advance(3 * 86_400_000);
    expect((await service.call("GET", `/api/v1/runs/${runId}`)).status).toBe(404);
  });
});
