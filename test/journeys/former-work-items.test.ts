import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService();

/** A request as a client of that service makes it: with the trailing slash that its README shows. */
const create = (json: object = { title: "Prepare the invoice", description: "For the order 12345" }) =>
  service.call("POST", "/workflow_items/", { json });
const update = (id: string, etag: string, json: object) =>
  service.call("PUT", `/workflow_items/${id}`, { json, headers: { "if-match": etag } });
/** What an item goes through to come to a status. */
const ways: Readonly<Record<string, readonly string[]>> = {
  CREATED: [],
  IN_PROGRESS: ["IN_PROGRESS"],
  COMPLETED: ["IN_PROGRESS", "COMPLETED"],
  CANCELLED: ["CANCELLED"],
};
async function itemIn(status: string): Promise<{ id: string; etag: string }> {
  const created = await create();
  let etag = created.headers.get("etag") ?? "";
  for (const next of ways[status] ?? []) {
    etag = (await update(created.body.id, etag, { status: next })).headers.get("etag") ?? "";
  }
  return { id: created.body.id, etag };
}

describe("every documented call of the former Workflow State Management Service is answered as documented", () => {
  it("POST /workflow_items/ creates a workflow item, CREATED whatever is sent", async () => {
    const created = await create({ title: "Prepare the invoice", description: "For 12345", status: "COMPLETED" });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      title: "Prepare the invoice",
      description: "For 12345",
      status: "CREATED",
      version: 1,
    });
    expect(created.headers.get("etag")).toBe('"1"');
    expect(created.headers.get("location")).toBe(`/workflow_items/${created.body.id}`);
    const { created_at, updated_at, status_updated_at } = created.body;
    expect([updated_at, status_updated_at]).toEqual([created_at, created_at]);
  });

  it("GET /workflow_items/{id} gets it by its id, with its ETag", async () => {
    const { body } = await create();
    const got = await service.call("GET", `/workflow_items/${body.id}`);
    expect(got).toMatchObject({ status: 200, body });
    expect(got.headers.get("etag")).toBe('"1"');
    const missing = await service.call("GET", "/workflow_items/550e8400-e29b-41d4-a716-446655440000");
    expect(missing).toMatchObject({ status: 404, body: { error: "NotFound", message: "Item not found" } });
  });

  it("GET /workflow_items/ lists them, filtered if one likes", async () => {
    const { id } = await itemIn("IN_PROGRESS");
    const all = await service.call("GET", "/workflow_items/");
    expect(all.body.items.map((item: { id: string }) => item.id)).toContain(id);
    for (const status of ["IN_PROGRESS", "in_progress"]) {
      const { body } = await service.call("GET", `/workflow_items/?status=${status}`);
      expect(body.items.map((item: { id: string }) => item.id)).toEqual([id]);
    }
  });

  it("PUT /workflow_items/{id} changes what is sent, and needs the ETag as If-Match", async () => {
    const { body } = await create();
    const without = await service.call("PUT", `/workflow_items/${body.id}`, { json: { title: "Another" } });
    expect(without).toMatchObject({ status: 428, body: { code: "precondition_required" } });
    const changed = await update(body.id, '"1"', { title: "Another" });
    expect(changed).toMatchObject({
      status: 200,
      body: { ...body, title: "Another", version: 2, updated_at: expect.any(String) },
    });
    expect(changed.headers.get("etag")).toBe('"2"');
    expect(await update(body.id, '"1"', { title: "Lost" })).toMatchObject({ status: 412 });
  });

  it.each([
    ["CREATED", "IN_PROGRESS", 200],
    ["CREATED", "CANCELLED", 200],
    ["CREATED", "COMPLETED", 409],
    ["IN_PROGRESS", "COMPLETED", 200],
    ["IN_PROGRESS", "CANCELLED", 200],
    ["IN_PROGRESS", "CREATED", 409],
    ["COMPLETED", "CREATED", 409],
    ["COMPLETED", "IN_PROGRESS", 409],
    ["COMPLETED", "CANCELLED", 409],
    ["CANCELLED", "CREATED", 409],
    ["CANCELLED", "IN_PROGRESS", 409],
    ["CANCELLED", "COMPLETED", 409],
  ])("from %s to %s is a %i", async (from, to, status) => {
    const { id, etag } = await itemIn(from);
    const answer = await update(id, etag, { status: to });
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body).toMatchObject({ error: "Conflict", code: "state_conflict" });
    expect((await service.call("GET", `/workflow_items/${id}`)).body.status).toBe(status === 200 ? to : from);
  });

  it("DELETE /workflow_items/{id} deletes it", async () => {
    const { body } = await create();
    const deleted = await service.call("DELETE", `/workflow_items/${body.id}`);
    expect([deleted.status, deleted.body]).toEqual([204, ""]);
    expect((await service.call("GET", `/workflow_items/${body.id}`)).status).toBe(404);
  });
});
