import { describe, expect, it } from "vitest";
import { parseCurl } from "#test/curl.ts";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";

const service = await startService({ faults: {} });
const path = "/api/v1/workflows";
const wait = { name: "wait", type: "delay", config: { duration: 2 } };
const demo = { name: "Demo Workflow", description: "A sample workflow", steps: [wait] };
const missing = "0190b3f2-7c1e-7abc-8def-012345678900";

let made = 0;
const ownId = () => `flow-${++made}`;
const create = async (more: object = {}) => (await service.call("POST", path, { json: { ...demo, ...more } })).body;
const get = (id: string) => service.call("GET", `${path}/${id}`);
const put = (id: string, version: number | string | null, json: object) =>
  service.call("PUT", `${path}/${id}`, { json, headers: version === null ? {} : { "if-match": `"${version}"` } });
const archive = (id: string, headers = {}) => service.call("DELETE", `${path}/${id}`, { headers });
const command = (id: string, name: "enable" | "disable", headers = {}) =>
  service.call("POST", `${path}/${id}/${name}`, { headers });
const paths = (body: { errors?: { path: string }[] }) => (body.errors ?? []).map((error) => error.path);
const conflict = { status: 409, body: { code: "state_conflict" } };
const notFound = { status: 404, body: { code: "resource_not_found", message: "Workflow not found" } };

describe("the former workflow automation platform's curl", () => {
  it("201 creates its workflow, with its message, and gets it by either id", async () => {
    const curl = `curl -X POST http://localhost:8001/api/v1/workflows \\
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
    const { method, url, ...request } = parseCurl(curl);
    const created = await service.call(method, url.replace("http://localhost:8001", ""), request);
    expect(created).toMatchObject({
      status: 201,
      body: {
        message: "Workflow created successfully",
        workflow_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        id: "my-workflow",
        name: "Demo Workflow",
        steps: JSON.parse(request.body as string).steps,
      },
    });
    const { message, ...workflow } = created.body;
    for (const id of ["my-workflow", workflow.workflow_id, workflow.workflow_id.toUpperCase()]) {
      expect((await get(id)).body).toEqual(workflow);
    }
  });
});

describe("POST /api/v1/workflows", () => {
  it("201 with ETag, Location and every member; without an own id `id` is the workflow_id", async () => {
    const created = await service.call("POST", path, { json: demo });
    const { workflow_id: id, created_at: at } = created.body;
    expect(created.body).toEqual({
      message: "Workflow created successfully",
      workflow_id: id,
      id,
      name: "Demo Workflow",
      description: "A sample workflow",
      steps: [
        {
          ...wait,
          retry: { max_attempts: 3, backoff: 1, jitter: true, retry_on: null },
          timeout: 10,
          on_error: "fail",
        },
      ],
      input_schema: null,
      runs_kept_days: null,
      enabled: true,
      definition_version: 1,
      version: 1,
      created_at: at,
      updated_at: at,
      archived_at: null,
    });
    expect(created.headers.get("etag")).toBe('"1"');
    expect(created.headers.get("location")).toBe(`${path}/${id}`);
  });

  it("201 replayed for an Idempotency-Key, although the own id is taken by then", async () => {
    const request = { json: { ...demo, id: ownId() }, headers: { "idempotency-key": "create" } };
    const [first, again] = [await service.call("POST", path, request), await service.call("POST", path, request)];
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  it("409 state_conflict for an own id that is taken, and the workflow that has it stays as it is", async () => {
    const id = ownId();
    const first = await create({ id });
    expect(await service.call("POST", path, { json: { ...demo, id, name: "Other" } })).toMatchObject(conflict);
    expect((await get(id)).body).toMatchObject({ workflow_id: first.workflow_id, name: "Demo Workflow" });
  });

  it("201 once and 409 otherwise when one own id is created 20 times at once", async () => {
    const id = ownId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.call("POST", path, { json: { ...demo, id } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
    const winner = answers.find(({ status }) => status === 201);
    expect((await get(id)).body.workflow_id).toBe(winner?.body.workflow_id);
  });

  it("422 tells all violations at once with dotted paths, and stores nothing", async () => {
    const id = ownId();
    const json = {
      id,
      name: "",
      steps: [
        { name: "a b", type: "email" },
        { name: "twice", type: "delay", config: { duration: "soon" } },
        {
          name: "twice",
          type: "webhook",
          config: {
            url: "http://169.254.169.254/latest",
            headers: { host: "x", a: "{{ secrets.TOKEN }}" },
            body: ["{{ steps.later.output }}", "{{ payload.", "{% $eval('1') %}", "{% secrets.TOKEN %}"],
          },
          retry: { max_attempts: 21 },
          timeout: 31,
        },
        { name: "later", type: "webhook", config: { url: "https://a.example/{{ secrets.TOKEN }}" } },
      ],
      input_schema: { type: "objekt", properties: { a: { $ref: "https://a.example/" } } },
    };
    const answer = await service.call("POST", path, { json });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    expect(paths(answer.body).sort()).toEqual([
      "input_schema.properties.a.$ref",
      "input_schema.type",
      "name",
      "steps.0.name",
      "steps.0.type",
      "steps.1.config.duration",
      "steps.2.config.body.0",
      "steps.2.config.body.1",
      "steps.2.config.body.2",
      "steps.2.config.body.3",
      "steps.2.config.headers.host",
      "steps.2.config.url",
      "steps.2.name",
      "steps.2.retry.max_attempts",
      "steps.2.timeout",
      "steps.3.config.url",
    ]);
    expect(JSON.stringify(answer.body.errors)).toMatch(/delay, webhook/);
    expect(await get(id)).toMatchObject(notFound);
  });

  it.each([
    ["http://localhost/"],
    ["http://127.0.0.1:8080/"],
    ["http://0x7f.1/"],
    ["http://2130706433/"],
    ["http://[::1]/"],
    ["http://10.1.2.3/{{ payload.path }}"],
    ["http://metadata.google.internal/"],
    ["file:///etc/passwd"],
    ["https://user:secret@a.example/"],
  ])("422 for a webhook to %s", async (url) => {
    const answer = await service.call("POST", path, {
      json: { ...demo, steps: [{ name: "a", type: "webhook", config: { url } }] },
    });
    expect(answer.status).toBe(422);
    expect(paths(answer.body)).toEqual(["steps.0.config.url"]);
  });

  it.each<[string, unknown]>([
    ["an array", []],
    ["a text", "workflow"],
    ["null", null],
    ["steps that are none", { name: "a", steps: [null, 1, "x", [], {}] }],
    ["a schema that is none", { ...demo, input_schema: 7 }],
    ["member names of JavaScript", { ...demo, steps: [{ ...wait, name: "__proto__" }] }],
    ["101 steps", { ...demo, steps: Array.from({ length: 101 }, (_, at) => ({ ...wait, name: `s${at}` })) }],
  ])("422 for %s", async (_, json) => {
    const answer = await service.call("POST", path, { json });
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed" } });
  });

  it("422 for an own id that looks like a UUID", async () => {
    const answer = await service.call("POST", path, { json: { ...demo, id: missing } });
    expect([answer.status, ...paths(answer.body)]).toEqual([422, "id"]);
  });

  it("201 for a hundred steps, each of which names the one before", async () => {
    const steps = Array.from({ length: 100 }, (_, at) => ({
      name: `s${at}`,
      type: "webhook",
      config: { url: "https://a.example/", body: at === 0 ? "{{ payload }}" : `{{ steps.s${at - 1}.output }}` },
    }));
    const { workflow_id: id } = await create({ steps });
    expect((await get(id)).body.steps.map((step: { config: object }) => step.config)).toEqual(
      steps.map((step) => step.config),
    );
  });

  it("413 payload_too_large for numbers that are longer than they were written, and stores nothing", async () => {
    const body = `{"name":"a","id":"long","steps":[{"name":"a","type":"webhook","config":{"url":"https://a.example/","body":[${Array(50_000).fill("1e20")}]}}]}`;
    const answer = await service.call("POST", path, { body, headers: { "content-type": "application/json" } });
    expect(answer).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    expect(await get("long")).toMatchObject(notFound);
  });

  it.each([
    ["with an own id", { id: "lost-1" }, {}],
    ["without one", {}, {}],
    ["with an Idempotency-Key", { id: "lost-2" }, { "idempotency-key": "lost" }],
  ])("201 with one workflow when the first answer of the table is lost, %s", async (_, more, headers) => {
    const name = `Lost ${++made}`;
    let drops = 0;
    const created = await disturbed(
      service,
      { decide: ({ action }) => (action === "TransactWriteItems" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => service.call("POST", path, { json: { ...demo, ...more, name }, headers }),
    );
    expect([created.status, drops > 1]).toEqual([201, true]);
    const { items } = (await service.call("GET", `${path}?${new URLSearchParams({ name })}`)).body;
    expect(items.map((item: { workflow_id: string }) => item.workflow_id)).toEqual([created.body.workflow_id]);
  });
});

describe("GET /api/v1/workflows/{id}", () => {
  it("304 for the version that is known", async () => {
    const { workflow_id: id } = await create();
    const answer = await service.call("GET", `${path}/${id}`, { headers: { "if-none-match": '"1"' } });
    expect(answer).toMatchObject({ status: 304, body: "" });
  });

  it.each([[missing], ["no-such-workflow"], ["a%20b"], ["%F0%9F%98%80"], ["x".repeat(500)]])(
    "404 resource_not_found for %s",
    async (id) => {
      expect(await get(id)).toMatchObject(notFound);
    },
  );
});

describe("PUT /api/v1/workflows/{id}", () => {
  it("200 makes the next version of the definition; what is left out is empty, but for enabled", async () => {
    const id = ownId();
    await create({ id, enabled: false, runs_kept_days: 7, input_schema: { type: "object" } });
    const changed = await put(id, 1, { name: "Next", steps: [{ ...wait, name: "other" }] });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        id,
        name: "Next",
        description: null,
        runs_kept_days: null,
        input_schema: null,
        enabled: false,
        definition_version: 2,
        version: 2,
      },
    });
    expect(changed.headers.get("etag")).toBe('"2"');
    expect((await get(id)).body).toEqual(changed.body);
  });

  it("200 with the same version for a body that changes nothing, as it was answered or in another order", async () => {
    const { message, ...workflow } = await create();
    const { workflow_id: id } = workflow;
    const reordered = Object.fromEntries(Object.entries(demo).reverse());
    for (const body of [workflow, demo, reordered]) {
      const answer = await put(id, 1, body);
      expect(answer).toMatchObject({ status: 200, body: workflow });
      expect(answer.headers.get("etag")).toBe('"1"');
    }
    expect((await service.call("GET", `${path}/${id}/versions`)).body.total).toBe(1);
  });

  it("200 switches it without a version of the definition", async () => {
    const { workflow_id: id } = await create();
    const answer = await put(id, 1, { ...demo, enabled: false });
    expect(answer.body).toMatchObject({ enabled: false, definition_version: 1, version: 2 });
  });

  it("428 precondition_required without If-Match, and nothing changes", async () => {
    const { workflow_id: id } = await create();
    const answer = await put(id, null, { ...demo, name: "Next" });
    expect(answer).toMatchObject({ status: 428, body: { code: "precondition_required" } });
    expect((await get(id)).body).toMatchObject({ name: "Demo Workflow", version: 1 });
  });

  it.each([['"2"'], ['W/"1"']])("412 precondition_failed for If-Match: %s, and nothing changes", async (value) => {
    const { workflow_id: id } = await create();
    const answer = await service.call("PUT", `${path}/${id}`, { json: demo, headers: { "if-match": value } });
    expect(answer).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    expect((await get(id)).body.version).toBe(1);
  });

  it("checks existence, then the body, then the version, then the state", async () => {
    const { workflow_id: id } = await create();
    const bad = { name: "", steps: [] };
    expect((await put(missing, null, bad)).status).toBe(404);
    expect((await put(id, null, bad)).status).toBe(422);
    await archive(id);
    expect((await put(id, null, demo)).status).toBe(428);
    expect((await put(id, 1, demo)).status).toBe(412);
    expect(await put(id, 2, demo)).toMatchObject(conflict);
  });

  it("200 once and 412 49 times for 50 changes at once on the same ETag, and one version is made", async () => {
    const { workflow_id: id } = await create();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => put(id, 1, { ...demo, name: `N${at}` })));
    const statuses = Map.groupBy(answers, ({ status }) => status);
    expect([statuses.get(200)?.length, statuses.get(412)?.length]).toEqual([1, 49]);
    const { body } = await get(id);
    expect(body).toEqual(statuses.get(200)?.[0]?.body);
    expect((await service.call("GET", `${path}/${id}/versions`)).body).toMatchObject({ count: 2, total: 2 });
  });

  it("200 with one version when the answer of the table is lost", async () => {
    const { workflow_id: id } = await create();
    let drops = 0;
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "TransactWriteItems" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => put(id, 1, { ...demo, name: "Next" }),
    );
    expect([answer.status, answer.body.version, drops > 1]).toEqual([200, 2, true]);
    expect((await get(id)).body).toEqual(answer.body);
  });

  it("422 with what is wrong, as for a new one", async () => {
    const { workflow_id: id } = await create();
    const answer = await put(id, 1, { ...demo, steps: [wait, { ...wait, config: {} }] });
    expect([answer.status, ...paths(answer.body)]).toEqual([422, "steps.1.name", "steps.1.config.duration"]);
  });
});

describe("enable and disable", () => {
  it("200 switch it, and again change nothing", async () => {
    const { workflow_id: id } = await create();
    const off = await command(id, "disable");
    expect(off).toMatchObject({ status: 200, body: { enabled: false, version: 2, definition_version: 1 } });
    expect((await command(id, "disable")).body).toEqual(off.body);
    expect(await command(id, "enable")).toMatchObject({ status: 200, body: { enabled: true, version: 3 } });
    expect((await get(id)).body.version).toBe(3);
  });

  it("200 once for 20 at once: one version", async () => {
    const { workflow_id: id } = await create();
    const answers = await Promise.all(Array.from({ length: 20 }, () => command(id, "disable")));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.version}`))).toEqual(new Set(["200 2"]));
  });

  it("200 replayed for an Idempotency-Key, where nothing was to be changed too", async () => {
    const { workflow_id: id } = await create();
    const first = await command(id, "enable", { "idempotency-key": `enable-${id}` });
    await command(id, "disable");
    const again = await command(id, "enable", { "idempotency-key": `enable-${id}` });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await get(id)).body.enabled).toBe(false);
  });

  it("412 for another version, 404 for none, 409 for an archived one", async () => {
    const { workflow_id: id } = await create();
    expect(await command(id, "disable", { "if-match": '"2"' })).toMatchObject({ status: 412 });
    expect(await command(id, "disable", { "if-match": '"1"' })).toMatchObject({ status: 200 });
    expect(await command(missing, "enable")).toMatchObject(notFound);
    await archive(id);
    expect(await command(id, "enable")).toMatchObject(conflict);
    expect(await command(id, "disable")).toMatchObject(conflict);
  });
});

describe("DELETE /api/v1/workflows/{id}", () => {
  it("204 archives: by its UUID it is still there, its own id is free, and its versions stay", async () => {
    const id = ownId();
    const { workflow_id: uuid } = await create({ id });
    expect(await archive(id)).toMatchObject({ status: 204, body: "" });
    expect((await get(uuid)).body).toMatchObject({ id, version: 2, archived_at: expect.stringMatching(/Z$/) });
    expect(await get(id)).toMatchObject(notFound);
    expect((await service.call("GET", `${path}/${uuid}/versions/1`)).status).toBe(200);
    expect((await service.call("GET", `${path}/${uuid}/versions`)).body.count).toBe(1);
    const next = await create({ id });
    expect((await get(id)).body.workflow_id).toBe(next.workflow_id);
    expect(next.workflow_id).not.toBe(uuid);
  });

  it("204 again for an archived one, which takes its own id from nobody who has it since", async () => {
    const id = ownId();
    const { workflow_id: uuid } = await create({ id });
    await archive(uuid);
    const next = await create({ id });
    expect((await archive(uuid)).status).toBe(204);
    expect((await get(uuid)).body.version).toBe(2);
    expect((await get(id)).body.workflow_id).toBe(next.workflow_id);
  });

  it("412 for another version, 404 for none", async () => {
    const { workflow_id: id } = await create();
    expect((await archive(id, { "if-match": '"7"' })).status).toBe(412);
    expect((await get(id)).body.archived_at).toBeNull();
    expect((await archive(id, { "if-match": '"1"' })).status).toBe(204);
    expect(await archive(missing)).toMatchObject(notFound);
  });

  it("204 when the answer of the table is lost", async () => {
    const id = ownId();
    const { workflow_id: uuid } = await create({ id });
    let drops = 0;
    const answer = await disturbed(
      service,
      { decide: ({ action }) => (action === "TransactWriteItems" && drops++ === 0 ? "lostAnswer" : undefined) },
      () => archive(id),
    );
    expect([answer.status, drops > 1]).toEqual([204, true]);
    expect((await get(uuid)).body.version).toBe(2);
    expect(await get(id)).toMatchObject(notFound);
  });
});

describe("versions of a definition", () => {
  it("200 list them newest first, page by page, each as it was", async () => {
    const { workflow_id: id } = await create();
    for (let version = 1; version < 5; version++) await put(id, version, { ...demo, name: `N${version + 1}` });
    const seen: [number, string][] = [];
    let next: string | null = `${path}/${id}/versions?limit=2`;
    while (next !== null) {
      const { body }: { body: any } = await service.call("GET", next);
      expect(body.total).toBe(5);
      seen.push(...body.items.map((item: any) => [item.definition_version, item.name]));
      next = body.next_cursor === null ? null : `${path}/${id}/versions?limit=2&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual([
      [5, "N5"],
      [4, "N4"],
      [3, "N3"],
      [2, "N2"],
      [1, "Demo Workflow"],
    ]);
    const skipped = await service.call("GET", `${path}/${id}/versions?offset=3&limit=1`);
    expect(skipped.body.items.map((item: any) => item.definition_version)).toEqual([2]);
    expect((await service.call("GET", `${path}/${id}/versions?offset=5`)).body).toMatchObject({ items: [], total: 5 });
  });

  it("200 one by its number, whatever came after", async () => {
    const { workflow_id: id } = await create({ runs_kept_days: 7 });
    await put(id, 1, { ...demo, name: "Next" });
    const { body } = await service.call("GET", `${path}/${id}/versions/1`);
    expect(body).toMatchObject({ workflow_id: id, definition_version: 1, name: "Demo Workflow", runs_kept_days: 7 });
  });

  it.each([["2"], ["0"], ["-1"], ["01"], ["1.0"], ["one"], ["999999999999"]])("404 for version %s", async (version) => {
    const { workflow_id: id } = await create();
    const answer = await service.call("GET", `${path}/${id}/versions/${version}`);
    expect(answer).toMatchObject({ status: 404, body: { code: "resource_not_found" } });
  });

  it("404 of no workflow, 400 for the cursor of another", async () => {
    expect(await service.call("GET", `${path}/${missing}/versions`)).toMatchObject(notFound);
    const [one, other] = [await create(), await create()];
    for (const each of [one, other]) await put(each.workflow_id, 1, { ...demo, name: "Next" });
    const { next_cursor } = (await service.call("GET", `${path}/${one.workflow_id}/versions?limit=1`)).body;
    const answer = await service.call("GET", `${path}/${other.workflow_id}/versions?limit=1&cursor=${next_cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
  });
});

describe("GET /api/v1/workflows", () => {
  const idsOf = (body: { items: { workflow_id: string }[] }) => body.items.map((item) => item.workflow_id);
  async function listed(query: Record<string, string>): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const params = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
      const { body }: { body: any } = await service.call("GET", `${path}?${params}`);
      expect(body).toMatchObject({ total: null, count: body.items.length });
      found.push(...idsOf(body));
      cursor = body.next_cursor;
    } while (cursor !== null);
    return found;
  }

  it("200 by time, page by page, each once; by name, enabled and archived", async () => {
    const name = `List ${++made}`;
    const ids: string[] = [];
    for (let at = 0; at < 7; at++)
      ids.push((await create({ name: `${name} ${at}`, enabled: at % 2 === 0 })).workflow_id);
    await archive(ids[6] ?? "");
    const live = ids.slice(0, 6);
    expect(await listed({ name, limit: "2", sort_order: "asc" })).toEqual(live);
    expect(await listed({ name, limit: "3" })).toEqual(live.toReversed());
    expect(await listed({ name, limit: "2", offset: "4" })).toEqual(live.slice(0, 2).toReversed());
    expect(await listed({ name, enabled: "true", sort_order: "asc" })).toEqual([ids[0], ids[2], ids[4]]);
    expect(await listed({ name, enabled: "false", sort_order: "asc" })).toEqual([ids[1], ids[3], ids[5]]);
    expect(await listed({ name, archived: "true" })).toEqual([ids[6]]);
    expect(await listed({ name: `${name} 3` })).toEqual([ids[3]]);
  });

  it("200 without the definition, which one by id has", async () => {
    const name = `List ${++made}`;
    const { message, description, steps, input_schema, runs_kept_days, ...summary } = await create({ name });
    const { items } = (await service.call("GET", `${path}?name=${encodeURIComponent(name)}`)).body;
    expect(items).toEqual([summary]);
  });

  it.each(["enabled=yes", "archived=1", "sort_order=up", "limit=0"])("422 for %s", async (query) => {
    expect(await service.call("GET", `${path}?${query}`)).toMatchObject({ status: 422 });
  });

  it("400 for a cursor of other filters", async () => {
    await Promise.all([create(), create()]);
    const { next_cursor } = (await service.call("GET", `${path}?limit=1`)).body;
    const answer = await service.call("GET", `${path}?limit=1&enabled=true&cursor=${next_cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
  });
});
