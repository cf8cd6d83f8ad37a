import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService({ clock: "virtual" });
const { create, get, put, remove } = workItems(service);
const unknown = "550e8400-e29b-41d4-a716-446655440000";
const long = "Ünïcödé ".repeat(1_000);

describe("POST /workflow_items", () => {
  it("201 takes the fields it has, from one character to 200, and ignores all others", async () => {
    const title = "語".repeat(200);
    const json = { title, description: "d", assignee: "ada", due_at: "2026-12-24T18:00:00+02:00" };
    const created = await create({ ...json, id: "mine", status: 7, version: 9, created_at: "2020-01-01" });
    expect(created).toMatchObject({
      status: 201,
      body: { ...json, due_at: "2026-12-24T16:00:00.000Z", status: "CREATED", version: 1 },
    });
    expect((await get(created.body.id)).body).toEqual(created.body);
    expect((await create({ title: " x " })).body).toMatchObject({ title: " x ", description: null, assignee: null });
  });

  it.each([
    [{}, "title"],
    [{ title: null }, "title"],
    [{ title: " \t\n" }, "title"],
    [{ title: "x".repeat(201) }, "title"],
    [{ title: "x", description: "x".repeat(10_001) }, "description"],
    [{ title: "x", description: 1 }, "description"],
    [{ title: "x", assignee: "" }, "assignee"],
    [{ title: "x", assignee: "x".repeat(129) }, "assignee"],
    [{ title: "x", due_at: "2026-02-30" }, "due_at"],
    [{ title: "x", due_at: 1_700_000_000 }, "due_at"],
  ])("422 validation_failed for %j names %s", async (json, path) => {
    const answer = await create(json);
    expect(answer).toMatchObject({ status: 422, body: { code: "validation_failed", errors: [{ path }] } });
  });

  it("201 replays the first answer to a repeat with the same Idempotency-Key, also of a long one", async () => {
    const key = { "idempotency-key": "create" };
    const json = { title: "語".repeat(200), description: long };
    const [first, again] = [await create(json, key), await create(json, key)];
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });
});

describe("PUT /workflow_items/{id}", () => {
  it("200 changes the members that are present, and null takes off what may be absent", async () => {
    const json = { title: "Prepare", description: "d", assignee: "ada", due_at: "2026-12-24T18:00:00.000Z" };
    const { body } = await create(json);
    const titled = (await put(body.id, { title: "Send" }, '"1"')).body;
    expect(titled).toEqual({ ...body, title: "Send", version: 2, updated_at: titled.updated_at });
    const bare = (await put(body.id, { description: null, assignee: null, due_at: null }, '"2"')).body;
    expect(bare).toMatchObject({ title: "Send", description: null, assignee: null, due_at: null, version: 3 });
    const whole = (await put(body.id, json, '"3"')).body;
    expect(whole).toMatchObject({ ...json, version: 4 });
    expect((await get(body.id)).body).toEqual(whole);
  });

  it("200 for the status it has: a version, but no move", async () => {
    const { body } = await create();
    const started = (await put(body.id, { status: "in_progress" })).body;
    expect(started.status).toBe("IN_PROGRESS");
    await service.clock.advance(60_000);
    const again = (await put(body.id, { status: "IN_PROGRESS" })).body;
    expect(again).toMatchObject({ status: "IN_PROGRESS", version: 3, status_updated_at: started.status_updated_at });
    expect(again.updated_at > started.updated_at).toBe(true);
    const ended = (await put(body.id, { status: "CANCELLED" })).body;
    expect(ended.status_updated_at).toBe(ended.updated_at);
  });

  it("200 for {}: a version of its own, and nothing else", async () => {
    const { body } = await create();
    const { body: same } = await put(body.id, {}, '"1"');
    expect(same).toEqual({ ...body, version: 2, updated_at: same.updated_at });
  });

  it.each(["COMPLETED", "CANCELLED"])("200 changes other members of an item that is %s", async (status) => {
    const { body } = await create();
    if (status === "COMPLETED") await put(body.id, { status: "IN_PROGRESS" });
    await put(body.id, { status });
    expect(await put(body.id, { title: "Told later", status })).toMatchObject({
      status: 200,
      body: { title: "Told later", status },
    });
  });

  it("409 state_conflict names the allowed moves, and changes nothing, other members neither", async () => {
    const { body } = await create();
    const refused = await put(body.id, { title: "Lost", status: "COMPLETED" }, '"1"');
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: "state_conflict",
        message: "The item is CREATED: it can become IN_PROGRESS or CANCELLED, not COMPLETED.",
      },
    });
    expect((await get(body.id)).body).toEqual(body);
    await put(body.id, { status: "CANCELLED" });
    const final = await put(body.id, { status: "CREATED" });
    expect(final.body.message).toBe("The item is CANCELLED, which is final: it cannot become CREATED.");
  });

  it.each([
    ['"1"'],
    ['"7", "1"'],
    ["*"],
    ['W/"1", "1"'],
    [Array.from({ length: 150 }, (_, at) => `"${150 - at}"`).join()],
  ])("200 with If-Match: %s", async (ifMatch) => {
    const { body } = await create();
    expect(await put(body.id, { title: "x" }, ifMatch)).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it.each([['"2"'], ['W/"1"'], ['"01"'], ['"1e0"'], ['"x"']])(
    "412 precondition_failed with If-Match: %s, and nothing changes",
    async (ifMatch) => {
      const { body } = await create();
      const answer = await put(body.id, { title: "Lost" }, ifMatch);
      expect(answer).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
      expect((await get(body.id)).body).toEqual(body);
    },
  );

  it("checks existence, then the body, then If-Match, then the state", async () => {
    const { body } = await create();
    await put(body.id, { status: "CANCELLED" });
    expect(await put(unknown, { title: "" }, null)).toMatchObject({ status: 404 });
    expect(await put("no-uuid", { title: "" }, null)).toMatchObject({ status: 404 });
    expect(await put(unknown, { title: "x" }, '"1"')).toMatchObject({ status: 404 });
    expect(await put(body.id, { title: "" }, null)).toMatchObject({ status: 422 });
    expect(await put(body.id, { status: "OPEN" }, null)).toMatchObject({
      status: 422,
      body: { errors: [{ path: "status" }] },
    });
    expect(await put(body.id, { title: null }, null)).toMatchObject({ status: 422 });
    expect(await put(body.id, { status: "CREATED" }, null)).toMatchObject({ status: 428 });
    expect(await put(body.id, { status: "CREATED" }, "1")).toMatchObject({
      status: 400,
      body: { code: "malformed_header" },
    });
    expect(await put(body.id, { status: "CREATED" }, '"1"')).toMatchObject({ status: 412 });
    expect(await put(body.id, { status: "CREATED" }, '"2"')).toMatchObject({ status: 409 });
  });

  it("200 keeps a long description whole, through short ones and none, and while other members change", async () => {
    const { body } = await create({ title: "x", description: long });
    expect((await get(body.id)).body.description).toBe(long);
    expect((await put(body.id, { title: "y" })).body.description).toBe(long);
    expect((await put(body.id, { description: `${long}!` })).body).toMatchObject({
      description: `${long}!`,
      version: 3,
    });
    expect((await get(body.id)).body.description).toBe(`${long}!`);
    expect((await put(body.id, { description: "short" })).body.description).toBe("short");
    expect((await get(body.id)).body.description).toBe("short");
    expect((await put(body.id, { description: long }, '"4"')).body.description).toBe(long);
    expect((await put(body.id, { description: null })).body.description).toBeNull();
    expect((await get(body.id)).body).toMatchObject({ description: null, version: 6 });
    expect(await put(body.id, { description: long }, '"5"')).toMatchObject({ status: 412 });
    expect((await get(body.id)).body.description).toBeNull();
    expect(await put(unknown, { description: long })).toMatchObject({ status: 404 });
  });
});

describe("DELETE /workflow_items/{id}", () => {
  it("204 once, then 404 for every command, whatever version is named", async () => {
    const { body } = await create();
    expect((await remove(body.id, '"1"')).status).toBe(204);
    expect((await get(body.id)).status).toBe(404);
    expect((await remove(body.id, '"2"')).status).toBe(404);
    expect((await put(body.id, { title: "x" }, '"2"')).status).toBe(404);
    expect((await put(body.id, { status: "IN_PROGRESS" })).status).toBe(404);
    expect((await service.call("GET", `/workflow_items/${body.id}/history`)).status).toBe(404);
    expect((await remove(unknown)).status).toBe(404);
  });

  it("412 precondition_failed for another version, and the item stays", async () => {
    const { body } = await create();
    expect(await remove(body.id, '"2"')).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    expect((await get(body.id)).status).toBe(200);
    expect((await remove(body.id, '"3", "1"')).status).toBe(204);
  });
});
