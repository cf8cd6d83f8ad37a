import { afterEach, describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { define, start, execute, get, history } = machinesOf(service);
afterEach(() => service.faults.clear());

await define(
  "order",
  [
    state("open", { is_initial: true }),
    state("busy"),
    state("closed", { is_final: true }),
    state("off", { enabled: false }),
  ],
  [
    action("take", "open", "busy"),
    action("again", "busy", "busy"),
    action("back", "busy", "open"),
    action("close", "*", "closed"),
    action("park", ["open", "busy"], "off"),
    action("old", "open", "busy", { enabled: false }),
    action("cheap", "open", "busy", { guard: "data.amount < 1000" }),
    action("rated", "open", "busy", {
      guard: "input.score > 3",
      input_schema: { type: "object", properties: { score: { type: "number" } }, required: ["score"] },
    }),
  ],
);
const call = service.call;
const reasons = (body: { blocked_actions: { id: string; reason: string }[] }) =>
  Object.fromEntries(body.blocked_actions.map(({ id, reason }) => [id, reason]));

describe("POST /api/instances", () => {
  it("201 with an id of its own, by which it is found as well; 409 state_conflict for the same again", async () => {
    const json = { definition_id: "order", id: "mine", data: { amount: 5 } };
    const made = await call("POST", "/api/instances", { json });
    expect(made).toMatchObject({ status: 201, body: { id: "mine", data: { amount: 5 }, version: 1 } });
    expect(made.headers.get("location")).toBe(`/api/instances/${made.body.instance_id}`);
    for (const id of ["mine", made.body.instance_id]) expect(await get(id)).toEqual(made.body);
    expect(await call("POST", "/api/instances", { json })).toMatchObject({
      status: 409,
      body: { code: "state_conflict" },
    });
  });

  it("201 once when 20 start the same own id at once", async () => {
    const json = { definition_id: "order", id: "raced" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => call("POST", "/api/instances", { json })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  it("201 replayed for the same Idempotency-Key", async () => {
    const send = () =>
      call("POST", "/api/instances", { json: { definition_id: "order" }, headers: { "idempotency-key": "k" } });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });

  it("404 for no definition, 422 for none named, an own id like a UUID, or data that are no object", async () => {
    const send = (json: object) => call("POST", "/api/instances", { json });
    expect(await send({ definition_id: "none" })).toMatchObject({
      status: 404,
      body: { message: "Definition not found" },
    });
    const uuid = "550e8400-e29b-41d4-a716-446655440000";
    for (const wrong of [{}, { definition_id: "order", id: uuid }, { definition_id: "order", data: [1] }]) {
      expect(await send(wrong)).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    }
  });
});

describe("GET /api/instances/{id}/actions", () => {
  it("200 tells every action as available, or blocked with its reason", async () => {
    const id = await start("order", { data: { amount: 5_000 } });
    const { body } = await call("GET", `/api/instances/${id}/actions`);
    const available = (of: typeof body) => of.available_actions.map((each: { id: string }) => each.id);
    expect(available(body)).toEqual(["take", "close", "rated"]);
    expect(reasons(body)).toEqual({
      again: "wrong_state",
      back: "wrong_state",
      park: "target_disabled",
      old: "action_disabled",
      cheap: "guard_not_met",
    });
    const closed = (await execute(id, "close")).body;
    expect(available(closed)).toEqual([]);
    expect(new Set(Object.values(reasons(closed)))).toEqual(new Set(["final_state"]));
    expect(await get(id)).toEqual(closed);
  });
});

describe("POST /api/instances/{id}/actions/{action_id}", () => {
  it("409 state_conflict tells why each blocked action is", async () => {
    const id = await start("order", { data: { amount: 5_000 } });
    const expected = (await get(id)).blocked_actions as { id: string; message: string }[];
    expect(expected).toHaveLength(5);
    for (const { id: actionId, message } of expected) {
      const refused = await execute(id, actionId);
      expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict", message } });
    }
    expect(await get(id)).toMatchObject({ version: 1, history: [] });
  });

  it("413 payload_too_large for input and data whose numbers are too long as they are stored; nothing changes", async () => {
    const id = await start("order");
    const long = `[${Array(50_000).fill("1e20")}]`;
    for (const body of [`{"input":${long}}`, `{"data":{"a":${long}}}`]) {
      const headers = { "content-type": "application/json" };
      const answer = await call("POST", `/api/instances/${id}/actions/take`, { body, headers });
      expect(answer).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    }
    expect(await get(id)).toMatchObject({ current_state_id: "open", version: 1, history: [] });
  });

  it("200 by data and input: a guard that is met, an input by its schema, members of data set", async () => {
    const cheap = await start("order", { data: { amount: 5 } });
    expect(await execute(cheap, "cheap")).toMatchObject({ status: 200, body: { current_state_id: "busy" } });
    const id = await start("order", { data: { amount: 5, note: "n" } });
    const rate = (json?: Record<string, unknown>) => execute(id, "rated", json);
    const invalid = await rate({ input: { score: "high" } });
    expect(invalid).toMatchObject({ status: 422, body: { errors: [{ path: "input.score" }] } });
    expect((await rate()).status).toBe(422);
    expect((await rate({ input: { score: 1 } })).status).toBe(409);
    const done = await rate({ input: { score: 5 }, comment: "good", data: { amount: 6, rated: true } });
    expect(done).toMatchObject({ status: 200, body: { data: { amount: 6, note: "n", rated: true } } });
    expect(done.body.history).toMatchObject([{ action_id: "rated", comment: "good", version: 2 }]);
    expect(await history(id)).toMatchObject([
      { type: "executed", input: { score: 5 }, data: { amount: 6, rated: true }, comment: "good", run_id: null },
    ]);
  });

  it("409 state_conflict from the moment that the action is disabled, and 200 once it is enabled again", async () => {
    const id = await start("order");
    const [switched, path] = [
      async (verb: string) => call("POST", `${path}/${verb}`),
      "/api/definitions/order/actions/take",
    ];
    expect((await switched("disable")).status).toBe(200);
    expect(await execute(id, "take")).toMatchObject({ status: 409, body: { message: "Action take is disabled." } });
    expect((await switched("enable")).status).toBe(200);
    expect((await execute(id, "take")).status).toBe(200);
  });

  it("404 for an instance that is not there, and for an action that its definition has not", async () => {
    const id = await start("order");
    expect(await execute("nowhere", "take")).toMatchObject({ status: 404, body: { message: "Instance not found" } });
    expect(await execute(id, "toString")).toMatchObject({ status: 404, body: { message: "Action not found" } });
  });

  it("412 precondition_failed for another version, which comes before the state", async () => {
    const id = await start("order");
    const taken = await execute(id, "take", {}, { "if-match": '"1"' });
    expect(await execute(id, "take", {}, { "if-match": '"1"' })).toMatchObject({ status: 412 });
    expect((await execute(id, "again", {}, { "if-match": '"1", "2"' })).status).toBe(200);
    const { headers } = await call("GET", `/api/instances/${id}`);
    expect(headers.get("etag")).toMatch(/^"3\./); // an action of its definition is disabled
    expect((await execute(id, "again", {}, { "if-match": headers.get("etag") ?? "" })).status).toBe(200);
    expect(taken.headers.get("etag")).toMatch(/^"2\./);
  });

  it("200 for one of many without an ETag, 409 for the others", async () => {
    const id = await start("order");
    const answers = await Promise.all(Array.from({ length: 20 }, () => execute(id, "take")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  });

  it("200 replayed for the same Idempotency-Key, executed once, when 20 send it at once", async () => {
    const id = await start("order");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => execute(id, "take", { comment: "once" }, { "idempotency-key": "once" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await history(id)).toHaveLength(1);
  });

  it("200 when the answer to its write is lost, even when another has moved on since", async () => {
    const id = await start("order");
    await execute(id, "take");
    let disturbed = 0;
    const isOurs = (name: string | null, what: string) =>
      (name?.includes("InstancesExecute") ?? false) && what === "PutItem";
    service.faults.set({
      calls: {
        after: async ({ functionName, action: what }) => {
          if (!isOurs(functionName, what) || disturbed++ > 0) return;
          expect((await execute(id, "again", { comment: "another" })).status).toBe(200);
        },
        decide: ({ functionName, action: what }) =>
          isOurs(functionName, what) && disturbed === 0 ? "lostAnswer" : undefined,
      },
    });
    const answer = await execute(id, "again", { comment: "first" }, { "if-match": '"2"' });
    service.faults.clear();
    expect(disturbed).toBe(3); // its own, the other one, and its own again
    expect(answer).toMatchObject({ status: 200, body: { version: 3 } });
    expect((await history(id)).map(({ comment, version }) => [version, comment])).toEqual([
      [2, null],
      [3, "first"],
      [4, "another"],
    ]);
  });

  it("200 without a false conflict while 5 % of answers are lost and 5 % of calls are throttled", async () => {
    const id = await start("order");
    await execute(id, "take");
    service.faults.set({ calls: { lostAnswer: 0.05, throttle: 0.05 } });
    for (let turn = 0; turn < 60; turn++) expect((await execute(id, "again", { comment: `${turn}` })).status).toBe(200);
    service.faults.clear();
    const told = await history(id);
    expect(told.slice(1).map(({ comment }) => comment)).toEqual(Array.from({ length: 60 }, (_, turn) => `${turn}`));
    expect(told.map(({ version }) => version)).toEqual(Array.from({ length: 61 }, (_, at) => at + 2));
  }, 60_000);
});

describe("history", () => {
  it("is whole and in order across many chunks, long comments and inputs among it; the instance shows the newest 50", async () => {
    const id = await start("order", { data: { text: "x".repeat(1_000) } });
    await execute(id, "take");
    const comments = Array.from({ length: 70 }, (_, n) =>
      n % 9 === 4 ? `${n} ${"long ".repeat(200)}`.trim() : `c${n}`,
    );
    for (const [n, comment] of comments.entries()) {
      const sent = await execute(id, "again", { comment, input: n % 9 === 5 ? "i".repeat(5_000) : n });
      expect(sent.status).toBe(200);
      if (n % 10 === 0) {
        const noted = await call("POST", `/api/instances/${id}/comments`, { json: { comment: `note ${n}` } });
        expect(noted.status).toBe(200);
      }
    }
    const told = await history(id);
    expect(told.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 78 }, (_, at) => at + 1));
    const executed = told.filter(({ type }) => type === "executed");
    expect(executed.slice(1).map(({ comment }) => comment)).toEqual(comments);
    expect(executed.slice(1).map(({ input }) => input)).toEqual(
      comments.map((_, n) => (n % 9 === 5 ? "i".repeat(5_000) : n)),
    );
    const { history: newest, version, data } = await get(id);
    expect(newest.map(({ comment }: { comment: string }) => comment)).toEqual(comments.slice(-50));
    expect(version).toBe(79);
    expect(data).toEqual({ text: "x".repeat(1_000) });
    const page = (await call("GET", `/api/instances/${id}/history?limit=5&offset=30`)).body;
    expect(page.items.map(({ sequence }: { sequence: number }) => sequence)).toEqual([48, 47, 46, 45, 44]);
    expect(page).toMatchObject({ total: 78, offset: 30 });
  }, 60_000);

  it("is whole when chunks were written for executions that came to nothing", async () => {
    const id = await start("order");
    await execute(id, "take");
    const isHead = (item: { sk?: { S?: string } } | undefined) => !(item?.sk?.S ?? "").startsWith("chunk#");
    let orphans = 0;
    for (let n = 0; n < 30; n++) {
      service.faults.set({
        calls: {
          after: ({ action: what, body }) =>
            void (what === "PutItem" && !isHead(body.Item as Parameters<typeof isHead>[0]) && orphans++),
          decide: ({ action: what, body, functionName }) =>
            functionName?.includes("InstancesExecute") &&
            what === "PutItem" &&
            isHead(body.Item as Parameters<typeof isHead>[0])
              ? "kill"
              : undefined,
        },
      });
      const path = `${service.url}/api/instances/${id}/actions/again`;
      const killed = await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ comment: "k".repeat(150) }),
      });
      expect(killed.status).toBeGreaterThanOrEqual(500);
      service.faults.clear();
      expect((await execute(id, "again", { comment: `${n}` })).status).toBe(200);
    }
    expect(orphans).toBeGreaterThan(5);
    const told = await history(id);
    expect(told.map(({ comment }) => comment)).toEqual([null, ...Array.from({ length: 30 }, (_, n) => `${n}`)]);
    const { history: newest } = await get(id);
    expect(newest.map(({ version }: { version: number }) => version)).toEqual(told.map(({ version }) => version));
  }, 60_000);

  it("200 comments in any state, 422 for a blank one, 412 for another version", async () => {
    const id = await start("order");
    await execute(id, "close");
    const comment = (text: string, headers = {}) =>
      call("POST", `/api/instances/${id}/comments`, { json: { comment: text }, headers });
    expect(await comment("late")).toMatchObject({ status: 200, body: { version: 3 } });
    expect((await comment("  ")).status).toBe(422);
    expect((await comment("x", { "if-match": '"1"' })).status).toBe(412);
    expect(await history(id)).toMatchObject([{ type: "executed" }, { type: "commented", comment: "late" }]);
    expect((await get(id)).history).toHaveLength(1);
  });
});

describe("GET /api/instances", () => {
  it("200 lists by definition, state and time, the newest first", async () => {
    await define(
      "listed",
      [state("a", { is_initial: true }), state("b", { is_final: true })],
      [action("go", "a", "b")],
    );
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await start("listed"));
    await execute(ids[2] ?? "", "go");
    const list = async (query: string) => {
      const { body } = await call("GET", `/api/instances?definition_id=listed&${query}`);
      return body.items.map((item: { id: string }) => ids.indexOf(item.id));
    };
    expect(await list("")).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await list("sort_order=asc&limit=2")).toEqual([0, 1]);
    expect(await list("state=b")).toEqual([2]);
    expect(await list("created_before=2020-01-01")).toEqual([]);
    await service.settle();
    const total = async (query: string) => (await call("GET", `/api/instances?${query}`)).body.total;
    expect([await total("definition_id=listed"), await total("definition_id=listed&state=a")]).toEqual([6, 5]);
    expect(await total("definition_id=none")).toBe(0);
  });
});

describe("GET /api/instances/{id}/diagram", () => {
  it("200 draws where the instance is, as Mermaid or SVG", async () => {
    const id = await start("order");
    const mermaid = await call("GET", `/api/instances/${id}/diagram`);
    expect(mermaid.headers.get("content-type")).toContain("text/vnd.mermaid");
    expect(mermaid.body).toContain("stateDiagram-v2");
    const svg = await call("GET", `/api/instances/${id}/diagram?format=svg`);
    expect(svg.headers.get("content-type")).toBe("image/svg+xml");
    expect(svg.body).toContain("<svg");
  });
});

describe("DELETE /api/instances/{id}", () => {
  it("204 erases it with all its parts, gives its own id free, and 404 after; 412 for another version", async () => {
    const id = await start("order", { id: "short-lived", data: { text: "x".repeat(2_000) } });
    await execute(id, "take");
    for (let n = 0; n < 15; n++) await execute(id, "again", { comment: "c".repeat(100) });
    const { instance_id } = await get(id);
    const removed: string[] = [];
    service.faults.set({
      calls: {
        after: ({ action: what, body, functionName }) => {
          if (what !== "DeleteItem" || !functionName?.includes("WorkerAdvance")) return;
          const { pk, sk } = body.Key as { pk: { S: string }; sk: { S: string } };
          removed.push(JSON.stringify({ pk: pk.S, sk: sk.S }));
        },
      },
    });
    expect((await call("DELETE", `/api/instances/${id}`, { headers: { "if-match": '"1"' } })).status).toBe(412);
    expect((await call("DELETE", `/api/instances/${id}`)).status).toBe(204);
    for (const gone of [id, instance_id]) {
      expect((await call("GET", `/api/instances/${gone}`)).status).toBe(404);
      expect((await call("DELETE", `/api/instances/${gone}`)).status).toBe(404);
    }
    expect(await start("order", { id: "short-lived" })).toBe("short-lived");
    await service.settle();
    service.faults.clear();
    expect(
      new Set(removed.filter((key) => key.includes(instance_id)).map((key) => key.replace(/[#\d]*"}$/, ""))),
    ).toEqual(new Set(["chunk", "data"].map((part) => `{"pk":"instance-parts#${instance_id}","sk":"${part}`)));
  });
});

describe("GET /api/instances/{id} with If-None-Match", () => {
  it("304 while nothing changed, 200 once a part of its definition is disabled, and 304 again when it is enabled", async () => {
    await define("switched", [state("open", { is_initial: true }), state("shut")], [action("shut", "open", "shut")]);
    const id = await start("switched");
    const read = (etag: string) => call("GET", `/api/instances/${id}`, { headers: { "if-none-match": etag } });
    expect(await read('"1"')).toMatchObject({ status: 304 });
    await call("POST", "/api/definitions/switched/actions/shut/disable");
    const disabled = await read('"1"');
    expect(disabled).toMatchObject({
      status: 200,
      body: { blocked_actions: [{ id: "shut", reason: "action_disabled" }] },
    });
    expect((await read(disabled.headers.get("etag") ?? "")).status).toBe(304);
    await call("POST", "/api/definitions/switched/actions/shut/enable");
    expect((await read(disabled.headers.get("etag") ?? "")).status).toBe(200);
    expect((await read('"1"')).status).toBe(304);
  });
});
