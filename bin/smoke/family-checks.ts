import { ask } from "./client.ts";
import { answered, eventually, refused, same } from "./expect.ts";
import type { Run } from "./run.ts";
import type { Check } from "./run-checks.ts";

/** A wait of a second goes by way of the queue; with its message lost the sweep brings it on within three minutes. */
const runMsMax = 60_000;

/** The way of a work item, of an instance and of a run; each is erased in the end. */
export function familyChecks(run: Run): Check[] {
  const id = `smoke-${run.id}`;
  return [
    { name: "work item: created, changed, 412, 409, history, deleted", verify: () => checkItem(run) },
    { name: "state machine: defined, started, executed, 409, deleted", verify: () => checkInstance(run, id) },
    { name: "workflow: a run that waits ends in SUCCESS", verify: () => checkRun(run, id) },
  ];
}

async function checkItem(run: Run): Promise<void> {
  const created = await ask(run, "POST", "/workflow_items", { json: { title: `smoke ${run.id}` } });
  answered(created, 201, { status: "CREATED", version: 1 });
  const path = `/workflow_items/${created.body.id}`;
  const put = (version: number, status: string) =>
    ask(run, "PUT", path, { json: { status }, headers: { "if-match": `"${version}"` } });
  answered(await put(1, "IN_PROGRESS"), 200, { status: "IN_PROGRESS", version: 2 });
  refused(await put(1, "COMPLETED"), 412, "precondition_failed");
  refused(await put(2, "CREATED"), 409, "state_conflict");
  answered(await ask(run, "GET", `${path}/history`), 200, { count: 2 });
  answered(await ask(run, "DELETE", path), 204);
}

async function checkInstance(run: Run, id: string): Promise<void> {
  const states = [
    { id: "open", is_initial: true },
    { id: "closed", is_final: true },
  ];
  const actions = [{ id: "close", from_states: ["open"], to_state: "closed" }];
  answered(await ask(run, "POST", "/api/definitions", { json: { id, states, actions } }), 201, { id, version: 1 });
  const started = await ask(run, "POST", "/api/instances", { json: { definition_id: id } });
  answered(started, 201, { current_state_id: "open", is_final: false });
  const path = `/api/instances/${started.body.id}`;
  refused(await ask(run, "DELETE", `/api/definitions/${id}`), 409, "state_conflict");
  answered(await ask(run, "POST", `${path}/actions/close`), 200, { current_state_id: "closed", is_final: true });
  refused(await ask(run, "POST", `${path}/actions/close`), 409, "state_conflict");
  answered(await ask(run, "DELETE", path), 204);
  answered(await ask(run, "DELETE", `/api/definitions/${id}`), 204);
}

async function checkRun(run: Run, id: string): Promise<void> {
  const steps = [{ name: "wait", type: "delay", config: { duration: 1 } }];
  answered(await ask(run, "POST", "/api/v1/workflows", { json: { id, name: id, steps } }), 201, { id, version: 1 });
  const triggered = await ask(run, "POST", "/api/v1/trigger", { json: { workflow_id: id } });
  answered(triggered, 202, { status: "triggered" });
  const path = `/api/v1/runs/${triggered.body.run_id}`;
  await eventually(runMsMax, async () => {
    answered(await ask(run, "GET", path), 200, { status: "SUCCESS", error: null });
  });
  const { results } = (await ask(run, "GET", path)).body;
  same("output", results.wait.type, "delay");
  answered(await ask(run, "DELETE", path), 204);
  answered(await ask(run, "DELETE", `/api/v1/workflows/${id}`), 204);
}
