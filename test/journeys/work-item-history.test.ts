import { describe, expect, it } from "vitest";
import { itemSizeBytes } from "#store/item-size.ts";
import { loadItemHead } from "#store/items.ts";
import { itemPartsPartition } from "#store/keys.ts";
import { keysOf } from "#store/partition.ts";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService();
const { create, get, put, remove, history } = workItems(service);

describe("GET /workflow_items/{id}/history", () => {
  it("200 tells who made each version, when, and what it changed", async () => {
    const { id, created_at } = (await create({ title: "Prepare", assignee: "ada", description: "d" })).body;
    const started = (await put(id, { status: "IN_PROGRESS", title: "Prepare" })).body;
    const edited = (await put(id, { title: "Send", assignee: null, due_at: "2026-12-24", description: "e" })).body;
    await put(id, { status: "IN_PROGRESS" });
    const ended = (await put(id, { status: "COMPLETED", due_at: null })).body;
    const by = "anonymous";
    const answer = await service.call("GET", `/workflow_items/${id}/history`);
    expect(answer.body).toMatchObject({ count: 5, total: 5, next_cursor: null });
    expect(answer.body.items).toMatchObject([
      {
        version: 1,
        time: created_at,
        by,
        action: "create",
        from_status: null,
        to_status: "CREATED",
        changes: [
          { member: "title", from: null, to: "Prepare" },
          { member: "description", from: null, to: null },
          { member: "assignee", from: null, to: "ada" },
        ],
      },
      {
        version: 2,
        time: started.updated_at,
        by,
        action: "start",
        from_status: "CREATED",
        to_status: "IN_PROGRESS",
        changes: [],
      },
      {
        version: 3,
        time: edited.updated_at,
        by,
        action: "update",
        from_status: "IN_PROGRESS",
        to_status: "IN_PROGRESS",
        changes: [
          { member: "title", from: "Prepare", to: "Send" },
          { member: "description", from: null, to: null },
          { member: "assignee", from: "ada", to: null },
          { member: "due_at", from: null, to: "2026-12-24T00:00:00.000Z" },
        ],
      },
      { version: 4, action: "update", from_status: "IN_PROGRESS", to_status: "IN_PROGRESS", changes: [] },
      {
        version: 5,
        time: ended.updated_at,
        action: "complete",
        from_status: "IN_PROGRESS",
        to_status: "COMPLETED",
        changes: [{ member: "due_at", from: "2026-12-24T00:00:00.000Z", to: null }],
      },
    ]);
  });

  it.each([
    ["short", { title: "0" }, 5],
    ["with 500 bytes of description", { title: "0", description: "d".repeat(500) }, 5],
    ["with a title as long as may be", { title: "語".repeat(200) }, 1],
  ])("200 is whole across chunks, whatever the page, for an item that is %s", async (_, json, perChunkMin) => {
    const { id } = (await create(json)).body;
    for (let version = 1; version <= 60; version++) await put(id, { assignee: `nr ${version}` }, `"${version}"`);
    const entries = await history(id);
    expect(entries.map(({ version }) => version)).toEqual(Array.from({ length: 61 }, (_, at) => at + 1));
    for (const [at, { changes }] of entries.slice(2).entries()) {
      expect(changes).toEqual([{ member: "assignee", from: `nr ${at + 1}`, to: `nr ${at + 2}` }]);
    }
    for (const limit of [1, 7]) expect(await history(id, limit)).toEqual(entries);
    const chunks = await keysOf(itemPartsPartition(id));
    expect(chunks.length).toBeGreaterThan(0);
    expect(60 / chunks.length).toBeGreaterThanOrEqual(perChunkMin);
    const skipped = (await service.call("GET", `/workflow_items/${id}/history?offset=30&limit=2`)).body;
    expect(skipped.items).toEqual(entries.slice(30, 32));
    expect((await service.call("GET", `/workflow_items/${id}/history?offset=100`)).body).toMatchObject({
      items: [],
      total: 61,
    });
    if (perChunkMin > 1) expect(itemSizeBytes(await loadItemHead(id))).toBeLessThanOrEqual(1024);
    expect((await get(id)).body).toMatchObject({ ...json, version: 61, assignee: "nr 60" });
    expect((await remove(id)).status).toBe(204);
    expect(await keysOf(itemPartsPartition(id))).toEqual([]);
  });

  it("404 for an unknown item, and 400 invalid_cursor for another item's cursor", async () => {
    const [one, other] = [(await create()).body.id, (await create()).body.id];
    await put(one, { title: "x" });
    const { next_cursor } = (await service.call("GET", `/workflow_items/${one}/history?limit=1`)).body;
    const answer = await service.call("GET", `/workflow_items/${other}/history?cursor=${next_cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
    expect((await service.call("GET", "/workflow_items/nothing/history")).status).toBe(404);
  });
});
