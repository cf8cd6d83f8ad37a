import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";

const service = await startService({ faults: {} });
const sample = JSON.parse(readFileSync("docs/examples/simple-approval.json", "utf8"));
const states = [
  { id: "draft", is_initial: true },
  { id: "done", is_final: true },
];
const actions = [{ id: "finish", from_states: ["draft"], to_state: "done" }];

let made = 0;

/** Defines a machine with an id of its own, and returns the answer. */
async function define(more: object = {}) {
  const json = { id: `machine-${made++}`, states, actions, ...more };
  const answer = await service.call("POST", "/api/definitions", { json });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { ...answer.body, path: `/api/definitions/${answer.body.id}` };
}

function put(path: string, json: object, etag: string) {
  return service.call("PUT", path, { json, headers: { "if-match": etag } });
}

function start(definitionId: string, json: object = {}) {
  return service.call("POST", "/api/instances", { json: { definition_id: definitionId, ...json } });
}

function idsOf(parts: { id: string; enabled: boolean }[], enabled: boolean): string[] {
  return parts.filter((part) => part.enabled === enabled).map(({ id }) => id);
}

describe("POST /api/definitions", () => {
  it("201 stores the former service's sample as version 1, and it is found by its own id and by ours", async () => {
    const created = await service.call("POST", "/api/definitions/", { json: sample });
    expect(created).toMatchObject({ status: 201, body: { id: "simple_approval", version: 1, definition_version: 1 } });
    expect(created.headers.get("etag")).toBe('"1"');
    expect(created.headers.get("location")).toBe(`/api/definitions/${created.body.definition_id}`);
    expect(created.body.states).toMatchObject(sample.states);
    expect(created.body.actions).toMatchObject(sample.actions);
    expect(created.body.warnings).toEqual([]);
    for (const id of ["simple_approval", created.body.definition_id, created.body.definition_id.toUpperCase()]) {
      const got = await service.call("GET", `/api/definitions/${id}`);
      expect(got).toMatchObject({ status: 200, body: created.body });
      expect(got.headers.get("etag")).toBe('"1"');
    }
  });

  it("201 fills in what is left out: names are ids, all is enabled", async () => {
    const { path: _, ...body } = await define({ id: "defaults" });
    expect(body).toMatchObject({ id: "defaults", name: "defaults", description: null, instances_kept_days: null });
    expect(body.states[0]).toEqual({
      id: "draft",
      name: "draft",
      is_initial: true,
      is_final: false,
      enabled: true,
      description: null,
      deadline: null,
    });
    expect(body.actions[0]).toEqual({
      id: "finish",
      name: "finish",
      enabled: true,
      from_states: ["draft"],
      to_state: "done",
      description: null,
      guard: null,
      input_schema: null,
      roles: [],
      after: null,
      hook: null,
    });
  });

  it("201 without an id of its own is known by ours, and called by it without a name", async () => {
    const { body } = await service.call("POST", "/api/definitions", { json: { states, actions } });
    expect([body.id, body.name]).toEqual([body.definition_id, body.definition_id]);
    expect((await service.call("GET", `/api/definitions/${body.id}`)).status).toBe(200);
  });

  it("201 keeps everything an action and a state can say, and its answer can be sent back as it is", async () => {
    const full = await define({
      instances_kept_days: 30,
      states: [{ ...states[0], deadline: { after: "P1D", action: "finish" } }, states[1]],
      actions: [
        {
          ...actions[0],
          from_states: ["draft", "draft"],
          guard: "{% data.amount < 1000 and input.ok %}",
          input_schema: { type: "object", required: ["ok"] },
          roles: ["approver", "admin"],
          after: "PT1H",
          hook: { workflow_id: "notify", payload: { amount: "{{ data.amount }}", by: "{% instance.id %}" } },
        },
      ],
    });
    expect(full.states[0].deadline).toEqual({ after: 86_400, action: "finish" });
    expect(full.actions[0]).toMatchObject({
      from_states: ["draft"],
      guard: "data.amount < 1000 and input.ok",
      input_schema: { type: "object", required: ["ok"] },
      roles: ["approver", "admin"],
      after: 3_600,
      hook: { workflow_id: "notify", payload: { amount: "{{ data.amount }}", by: "{% instance.id %}" } },
    });
    expect(full.warnings).toEqual([
      {
        path: "actions.0.input_schema",
        message: "refuses an execution without input, as that after a time is: is required",
      },
      { path: "actions.0.hook.workflow_id", message: "names notify, which is no workflow now" },
    ]);
    const again = await put(full.path, full, '"1"');
    expect(again).toMatchObject({ status: 200, body: { version: 1, definition_version: 1 } });
  });

  it("201 warns of no hook whose workflow is there", async () => {
    const steps = [{ name: "wait", type: "delay", config: { duration: 1 } }];
    await service.call("POST", "/api/v1/workflows", { json: { id: "told", name: "Told", steps } });
    expect((await define({ actions: [{ ...actions[0], hook: { workflow_id: "told" } }] })).warnings).toEqual([]);
  });

  it("201 replays the first answer for the same Idempotency-Key, and 422 for another body", async () => {
    const json = { id: "keyed", states, actions };
    const headers = { "idempotency-key": "define-once" };
    const first = await service.call("POST", "/api/definitions", { json, headers });
    const again = await service.call("POST", "/api/definitions", { json, headers });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await service.call("POST", "/api/definitions", { json: { ...json, name: "Other" }, headers });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
  });

  it("409 state_conflict for an own id that is taken, and nothing changes", async () => {
    const { id, path } = await define();
    const answer = await service.call("POST", "/api/definitions", { json: { id, name: "Other", states, actions } });
    expect(answer).toMatchObject({ status: 409, body: { code: "state_conflict", error: "Conflict" } });
    expect((await service.call("GET", path)).body).toMatchObject({ name: id, version: 1 });
  });

  it("201 once and 409 otherwise when 20 claim one own id at once", async () => {
    const json = { id: "wanted", states, actions };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.call("POST", "/api/definitions", { json })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  it("201 takes ids of any script, and finds what they name by paths that encode them", async () => {
    const id = "Prüfung: 100 % / 審査?".replace("/", "#");
    const state = { id: "größer & <kleiner>", is_initial: true };
    const loop = { id: "{{ weiter }}", from_states: [state.id], to_state: state.id };
    const { body } = await service.call("POST", "/api/definitions", { json: { id, states: [state], actions: [loop] } });
    const path = `/api/definitions/${encodeURIComponent(id)}`;
    expect((await service.call("GET", path)).body).toEqual(body);
    const off = await service.call("POST", `${path}/actions/${encodeURIComponent(loop.id)}/disable`);
    expect(off.body.disabled).toEqual({ states: [], actions: [loop.id] });
    const on = await service.call("POST", `${path}/states/${encodeURIComponent(state.id)}/enable/`);
    expect(on).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it("422 names all that is wrong at once", async () => {
    const json = {
      id: "0191b1d2-7c00-7000-8000-000000000000",
      instances_kept_days: 0,
      states: [
        { id: "a", is_initial: true, deadline: { after: "P1M", action: "gone" } },
        { id: "a", is_initial: true },
        { id: "*" },
        { id: "x".repeat(65), name: "" },
        { id: ".." },
        { id: "a/b", is_final: "yes" },
      ],
      actions: [
        { id: "go", from_states: ["gone"], to_state: "gone", after: 0, roles: [""], guard: "secrets.token" },
        { id: "go", from_states: "a", guard: "$eval('1')", input_schema: { type: "nonsense" } },
        { id: "hook", from_states: ["*", "a"], to_state: "a", hook: { workflow_id: "", payload: "{{ payload.x }}" } },
      ],
    };
    const answer = await service.call("POST", "/api/definitions", { json });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    const paths = new Set(answer.body.errors.map(({ path }: { path: string }) => path));
    expect([...paths].sort()).toEqual(
      [
        "id",
        "instances_kept_days",
        "states.0.deadline.action",
        "states.0.deadline.after",
        "states.1.id",
        "states.1.is_initial",
        "states.2.id",
        "states.3.id",
        "states.3.name",
        "states.4.id",
        "states.5.id",
        "states.5.is_final",
        "actions.0.after",
        "actions.0.from_states.0",
        "actions.0.guard",
        "actions.0.roles.0",
        "actions.0.to_state",
        "actions.1.from_states",
        "actions.1.guard",
        "actions.1.id",
        "actions.1.input_schema.type",
        "actions.1.to_state",
        "actions.2.from_states.0",
        "actions.2.hook.payload",
        "actions.2.hook.workflow_id",
      ].sort(),
    );
  });

  it.each([
    ["no body's members", {}, ["states", "actions"]],
    ["no states", { id: "none", states: [], actions: [] }, ["states"]],
    ["201 states", { id: "many", states: [states[0], ...Array(200).fill(states[1])], actions: [] }, ["states"]],
    ["no initial state", { id: "none", states: [states[1]], actions: [] }, ["states"]],
  ])("422 for %s", async (_what, json, paths) => {
    const answer = await service.call("POST", "/api/definitions", { json });
    expect(answer.status).toBe(422);
    const found = answer.body.errors.map(({ path }: { path: string }) => path);
    expect(found).toEqual(expect.arrayContaining(paths));
  });

  it("201 tells what is hardly meant in warnings, and stores it all the same", async () => {
    const { warnings, path } = await define({ states: [...states, { id: "island" }] });
    expect(warnings).toEqual([
      { path: "states.2", message: "is never reached from the initial state" },
      { path: "states.2", message: "is not final, and no action leads out of it" },
    ]);
    expect((await service.call("GET", path)).body.warnings).toEqual(warnings);
  });

  it("400 malformed_json, 415 and 413", async () => {
    const headers = { "content-type": "application/json" };
    const call = (body: string, type = headers) => service.call("POST", "/api/definitions", { body, headers: type });
    expect(await call("{")).toMatchObject({ status: 400, body: { code: "malformed_json" } });
    expect(await call("{}", { "content-type": "text/plain" })).toMatchObject({ status: 415 });
    expect(await call(`"${"x".repeat(256 * 1024)}"`)).toMatchObject({ status: 413 });
  });
});

describe("GET /api/definitions", () => {
  it("200 lists, the newest first, by name and page by page", async () => {
    for (const name of ["Listed a", "Listed b", "Listed c"]) await define({ name });
    const first = await service.call("GET", "/api/definitions?name=Listed&limit=2");
    expect(first).toMatchObject({ status: 200, body: { count: 2, total: null, limit: 2, offset: 0 } });
    expect(first.body.items.map(({ name }: { name: string }) => name)).toEqual(["Listed c", "Listed b"]);
    const second = await service.call("GET", `/api/definitions?name=Listed&limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.items.map(({ name }: { name: string }) => name)).toEqual(["Listed a"]);
    const forward = await service.call("GET", "/api/definitions?name=Listed&sort_order=asc");
    expect(forward.body.items[0]).toMatchObject({ name: "Listed a", version: 1, archived_at: null });
  });

  it("200 tells how many there are, deleted ones apart", async () => {
    await service.call("DELETE", (await define()).path);
    await service.settle();
    for (const archived of [false, true]) {
      const { items, total, next_cursor } = (
        await service.call("GET", `/api/definitions?archived=${archived}&limit=200`)
      ).body;
      expect(next_cursor).toBeNull();
      expect(items.length).toBeGreaterThan(0);
      expect(total).toBe(items.length);
    }
  });

  it("400 invalid_cursor for a cursor of another list, and 422 for what no filter takes", async () => {
    const { body } = await service.call("GET", "/api/definitions?name=Listed&limit=1");
    const other = await service.call("GET", `/api/definitions?limit=1&cursor=${body.next_cursor}`);
    expect(other).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
    expect((await service.call("GET", "/api/definitions?archived=perhaps")).status).toBe(422);
  });
});

describe("GET /api/definitions/{id}", () => {
  it("304 for If-None-Match of its version, 404 for an unknown one", async () => {
    const { path } = await define();
    const unchanged = await service.call("GET", path, { headers: { "if-none-match": '"1"' } });
    expect(unchanged).toMatchObject({ status: 304, body: "" });
    for (const id of ["nowhere", "0191b1d2-7c00-7000-8000-000000000000"]) {
      const missing = await service.call("GET", `/api/definitions/${id}`);
      expect(missing).toMatchObject({ status: 404, body: { error: "NotFound", message: "Definition not found" } });
    }
  });
});

describe("PUT /api/definitions/{id}", () => {
  const more = { name: "Next", states: [...states, { id: "late", is_final: true }], actions };

  it("200 makes the next version, and the one before stays as it was", async () => {
    const { path, definition_id: id } = await define();
    const answer = await put(path, more, '"1"');
    expect(answer).toMatchObject({ status: 200, body: { name: "Next", version: 2, definition_version: 2 } });
    expect(answer.headers.get("etag")).toBe('"2"');
    const versions = await service.call("GET", `${path}/versions`);
    expect(versions.body).toMatchObject({ count: 2, total: 2, next_cursor: null });
    expect(versions.body.items.map((item: any) => [item.definition_version, item.states.length])).toEqual([
      [2, 3],
      [1, 2],
    ]);
    expect((await service.call("GET", `/api/definitions/${id}/versions/1`)).body).toEqual(versions.body.items[1]);
  });

  it("200 calls what the body leaves without a name by its id, as a creation does", async () => {
    const { path, id } = await define({ name: "First" });
    for (const sent of [
      { states, actions },
      { name: null, states, actions },
    ])
      expect(await put(path, sent, "*")).toMatchObject({ status: 200, body: { name: id, version: 2 } });
    const { body } = await service.call("POST", "/api/definitions", { json: { name: "No id", states, actions } });
    const answer = await put(`/api/definitions/${body.id}`, { states, actions }, "*");
    expect(answer).toMatchObject({ status: 200, body: { name: body.definition_id } });
  });

  it("200 makes no version of a body that changes nothing", async () => {
    const { path } = await define();
    const same = { name: (await service.call("GET", path)).body.name, actions, states };
    expect(await put(path, same, '"1"')).toMatchObject({ status: 200, body: { version: 1, definition_version: 1 } });
  });

  it("428 without If-Match, 412 with another version or a weak tag, 400 for no tag at all; and nothing changes", async () => {
    const { path } = await define();
    const without = await service.call("PUT", path, { json: more });
    expect(without).toMatchObject({ status: 428, body: { code: "precondition_required" } });
    for (const etag of ['"2"', 'W/"1"']) {
      expect(await put(path, more, etag)).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    }
    expect(await put(path, more, "1")).toMatchObject({ status: 400, body: { code: "malformed_header" } });
    expect((await service.call("GET", path)).body.version).toBe(1);
  });

  it("404 before 422 before 412", async () => {
    const { path } = await define();
    expect((await put("/api/definitions/nowhere", {}, '"9"')).status).toBe(404);
    expect((await put(path, {}, '"9"')).status).toBe(422);
    expect((await put(path, more, '"9"')).status).toBe(412);
  });

  it("200 once and 412 for 49 of 50 that change one version at once, and one version is made", async () => {
    const { path } = await define();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => put(path, { ...more, name: `Edit ${index}` }, '"1"')),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(49);
    const now = (await service.call("GET", path)).body;
    expect(now).toEqual(winners[0]?.body);
    expect((await service.call("GET", `${path}/versions`)).body.total).toBe(2);
  });

  it("200 when the answer of the table is lost after the change", async () => {
    const { path } = await define();
    let drops = 0;
    const decide = ({ action }: { action: string }) =>
      action === "TransactWriteItems" && drops++ === 0 ? "lostAnswer" : undefined;
    const answer = await disturbed(service, { decide }, () => put(path, more, '"1"'));
    expect(answer).toMatchObject({ status: 200, body: { version: 2, definition_version: 2 } });
    expect(drops).toBeGreaterThan(1);
    expect((await service.call("GET", path)).body).toEqual(answer.body);
  });
});

describe("versions and their differences", () => {
  it("200 tells states and actions that were added, removed and changed, member by member", async () => {
    const { path } = await define({ name: "First" });
    const next = {
      name: "Second",
      states: [{ ...states[1] }, { ...states[0], name: "Draft" }, { id: "new", is_final: true }],
      actions: [{ id: "other", from_states: ["draft"], to_state: "new" }],
    };
    await put(path, next, '"1"');
    const diff = await service.call("GET", `${path}/diff?from=1&to=2`);
    expect(diff).toMatchObject({
      status: 200,
      body: {
        from: 1,
        to: 2,
        changed: [{ member: "name", from: "First", to: "Second" }],
        states: {
          added: [{ id: "new", is_final: true }],
          removed: [],
          changed: [{ id: "draft", members: [{ member: "name", from: "draft", to: "Draft" }] }],
        },
        actions: { added: [{ id: "other" }], removed: [{ id: "finish" }], changed: [] },
      },
    });
    expect((await service.call("GET", `${path}/diff`)).body).toEqual(diff.body);
    const none = (await service.call("GET", `${path}/diff?from=2&to=2`)).body;
    expect(none).toMatchObject({ changed: [], states: { added: [], removed: [], changed: [] } });
  });

  it("200 pages through versions, 404 for one that is not there, 422 for what is no version", async () => {
    const { path } = await define();
    await put(path, { name: "2", states, actions }, '"1"');
    const first = await service.call("GET", `${path}/versions?limit=1`);
    expect(first.body.items[0].definition_version).toBe(2);
    const second = await service.call("GET", `${path}/versions?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ items: [{ definition_version: 1 }], next_cursor: null });
    for (const missing of ["versions/3", "versions/0", "versions/two", "diff?from=1&to=3", "diff?from=3"]) {
      expect((await service.call("GET", `${path}/${missing}`)).status, missing).toBe(404);
    }
    for (const query of ["from=0", "to=one", "from=-1"]) {
      expect((await service.call("GET", `${path}/diff?${query}`)).status, query).toBe(422);
    }
    expect((await service.call("GET", "/api/definitions/nowhere/diff")).status).toBe(404);
    expect((await service.call("GET", "/api/definitions/nowhere/versions")).status).toBe(404);
  });
});

describe("enabling and disabling", () => {
  it("200 disables an action without making a version, and again changes nothing", async () => {
    const { path } = await define();
    const off = await service.call("POST", `${path}/actions/finish/disable`);
    expect(off).toMatchObject({
      status: 200,
      body: { version: 2, definition_version: 1, disabled: { states: [], actions: ["finish"] } },
    });
    expect(idsOf(off.body.actions, false)).toEqual(["finish"]);
    expect((await service.call("POST", `${path}/actions/finish/disable`)).body).toEqual(off.body);
    const on = await service.call("POST", `${path}/actions/finish/enable`);
    expect(idsOf(on.body.actions, true)).toEqual(["finish"]);
    expect(on.body.version).toBe(3);
  });

  it("200 disables and enables a state", async () => {
    const { path } = await define();
    const off = await service.call("POST", `${path}/states/done/disable`, { headers: { "if-match": '"1"' } });
    expect(idsOf(off.body.states, false)).toEqual(["done"]);
    expect(idsOf((await service.call("POST", `${path}/states/done/enable`)).body.states, false)).toEqual([]);
  });

  it("409 for live instances of an earlier version too: what is disabled is so at once, in every version", async () => {
    const { id, path } = await define();
    const instance = (await start(id)).body;
    await put(path, { name: "Next", states, actions: [{ ...actions[0], id: "complete" }] }, '"1"');
    expect((await service.call("POST", `${path}/actions/finish/disable`)).body.disabled.actions).toEqual(["finish"]);
    const refused = await service.call("POST", `/api/instances/${instance.id}/actions/finish`);
    expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    await service.call("POST", `${path}/actions/finish/enable`);
    expect((await service.call("POST", `/api/instances/${instance.id}/actions/finish`)).status).toBe(200);
  });

  it("200 a change keeps disabled what it does not speak of, and switches what it does", async () => {
    const { path } = await define({ actions: [{ ...actions[0], enabled: false }] });
    const kept = await put(path, { name: "Next", states, actions }, '"1"');
    expect(idsOf(kept.body.actions, false)).toEqual(["finish"]);
    const on = { name: "Next", states, actions: [{ ...actions[0], enabled: true }] };
    expect((await put(path, on, '"2"')).body).toMatchObject({
      version: 3,
      definition_version: 2,
      disabled: { actions: [] },
    });
  });

  it("404 for what no version has, 412 for another version", async () => {
    const { path } = await define();
    for (const part of ["states/finish", "actions/done"]) {
      for (const verb of ["enable", "disable"]) {
        const missing = await service.call("POST", `${path}/${part}/${verb}`);
        expect(missing).toMatchObject({ status: 404, body: { code: "resource_not_found" } });
      }
    }
    expect((await service.call("POST", "/api/definitions/nowhere/states/a/enable")).status).toBe(404);
    const stale = await service.call("POST", `${path}/actions/finish/disable`, { headers: { "if-match": '"9"' } });
    expect(stale.status).toBe(412);
  });

  it("200 and nothing is lost when 20 parts are disabled at once", async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ ...actions[0], id: `a${index}` }));
    const { path } = await define({ actions: many });
    const answers = await Promise.all(many.map(({ id }) => service.call("POST", `${path}/actions/${id}/disable`)));
    const done = many.filter((_, index) => answers[index]?.status === 200).map(({ id }) => id);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect((await service.call("GET", path)).body.disabled.actions).toEqual(done.sort());
  });
});

describe("GET /api/definitions/{id}/diagram", () => {
  it("200 as Mermaid text, or as an SVG image that runs nothing", async () => {
    const { path } = await define({ states: [{ ...states[0], name: "<b>Draft</b>" }, states[1]] });
    const text = await service.call("GET", `${path}/diagram`);
    expect(text.headers.get("content-type")).toBe("text/vnd.mermaid; charset=utf-8");
    expect(text.body).toContain("s0 --> s1: finish");
    const image = await service.call("GET", `${path}/diagram?format=svg`);
    expect(image.headers.get("content-type")).toBe("image/svg+xml");
    expect(image.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(image.body).toContain("&lt;b&gt;Draft&lt;/b&gt;");
    expect(image.body).not.toContain("<b>");
  });

  it("304 for its version, 422 for another format, 404 for an unknown definition", async () => {
    const { path } = await define();
    const unchanged = await service.call("GET", `${path}/diagram?format=svg`, { headers: { "if-none-match": '"1"' } });
    expect(unchanged.status).toBe(304);
    expect((await service.call("GET", `${path}/diagram?format=png`)).status).toBe(422);
    expect((await service.call("GET", "/api/definitions/nowhere/diagram")).status).toBe(404);
  });
});

describe("DELETE /api/definitions/{id}", () => {
  it("204 gives the own id free; by ours it can be read, and not changed", async () => {
    const { id, definition_id: ours, path } = await define();
    expect(await service.call("DELETE", path)).toMatchObject({ status: 204, body: "" });
    expect((await service.call("GET", path)).status).toBe(404);
    const gone = await service.call("GET", `/api/definitions/${ours}`);
    expect(gone.body).toMatchObject({ id, version: 2, archived_at: expect.any(String) });
    expect((await service.call("DELETE", `/api/definitions/${ours}`)).status).toBe(204);
    const json = { name: "Next", states, actions };
    expect((await put(`/api/definitions/${ours}`, json, '"2"')).status).toBe(409);
    expect((await service.call("POST", `/api/definitions/${ours}/actions/finish/disable`)).status).toBe(409);
    const archived = await service.call("GET", "/api/definitions?archived=true");
    expect(archived.body.items.map((item: any) => item.definition_id)).toContain(ours);
    expect((await service.call("POST", "/api/definitions", { json: { id, states, actions } })).status).toBe(201);
  });

  it("409 while an instance lives, however new; 204 once it has ended", async () => {
    const { id, path } = await define();
    const instance = (await start(id)).body;
    const refused = await service.call("DELETE", path);
    expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect((await service.call("GET", path)).body.version).toBe(1);
    expect((await start(id)).status).toBe(201); // a refused delete holds nothing off
    for (const other of (await service.call("GET", `/api/instances?definition_id=${id}`)).body.items) {
      await service.call("POST", `/api/instances/${other.id}/actions/finish`);
    }
    expect((await service.call("DELETE", path, { headers: { "if-match": '"1"' } })).status).toBe(204);
    expect((await service.call("GET", `/api/instances/${instance.id}`)).status).toBe(200);
    expect([404, 409]).toContain((await start(id)).status);
  });

  it("412 for another version, 404 for an unknown one", async () => {
    const { path } = await define();
    expect((await service.call("DELETE", path, { headers: { "if-match": '"2"' } })).status).toBe(412);
    expect((await service.call("DELETE", "/api/definitions/nowhere")).status).toBe(404);
  });

  it("no instance of a deleted definition lives, however many starts and deletes race", async () => {
    for (let round = 0; round < 10; round++) {
      const { id, definition_id: ours, path } = await define();
      const [deleted, ...started] = await Promise.all([
        service.call("DELETE", path),
        ...Array.from({ length: 4 }, () => start(id)),
      ]);
      const lives = started.some(({ status }) => status === 201);
      const now = (await service.call("GET", `/api/definitions/${ours}`)).body;
      expect(deleted?.status).toBe(now.archived_at === null ? 409 : 204);
      expect(lives && now.archived_at !== null).toBe(false); // both may be refused, never neither
    }
  });

  it("204 when the answer of the table is lost after the deletion", async () => {
    const { path } = await define();
    let drops = 0;
    const decide = ({ action }: { action: string }) =>
      action === "TransactWriteItems" && drops++ === 0 ? "lostAnswer" : undefined;
    expect((await disturbed(service, { decide }, () => service.call("DELETE", path))).status).toBe(204);
    expect((await service.call("GET", path)).status).toBe(404);
  });
});
