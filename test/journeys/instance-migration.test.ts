import { describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService();
const { define, start, execute, get, history } = machinesOf(service);

const first = {
  states: [state("draft", { is_initial: true }), state("review"), state("done", { is_final: true })],
  actions: [action("submit", "draft", "review"), action("approve", "review", "done")],
};
const second = {
  states: [state("new", { is_initial: true }), state("review"), state("legal"), state("done", { is_final: true })],
  actions: [action("submit", "new", "review"), action("ask", "review", "legal"), action("approve", "legal", "done")],
};
await define("contract", first.states, first.actions);
const migrate = (id: string, json: object = {}, headers = {}) =>
  service.call("POST", `/api/instances/${id}/migrate`, { json, headers });

const [drafted, reviewed, done] = [await start("contract"), await start("contract"), await start("contract")];
for (const id of [reviewed, done]) await execute(id, "submit");
await execute(done, "approve");
const current = await service.call("GET", "/api/definitions/contract");
const edited = await service.call("PUT", "/api/definitions/contract", {
  json: { name: "contract", ...second },
  headers: { "if-match": current.headers.get("etag") ?? "" },
});
expect(edited.status, JSON.stringify(edited.body)).toBe(200);

describe("a new version of a definition", () => {
  it("is what instances start with; those that are there keep theirs", async () => {
    expect(await get(await start("contract"))).toMatchObject({ definition_version: 2, current_state_id: "new" });
    expect(await get(reviewed)).toMatchObject({ definition_version: 1, current_state_id: "review" });
    expect((await execute(reviewed, "ask")).status).toBe(404);
  });
});

describe("POST /api/instances/{id}/migrate", () => {
  it("200 tells with dry_run what would happen, and changes nothing", async () => {
    const told = await migrate(reviewed, { dry_run: true });
    expect(told).toMatchObject({
      status: 200,
      body: { dry_run: true, changed: true, from_version: 1, to_version: 2, to_state_id: "review", version: 3 },
    });
    expect(told.body.instance.available_actions.map(({ id }: { id: string }) => id)).toEqual(["ask"]);
    expect(told.headers.get("etag")).toBeNull();
    expect(await get(reviewed)).toMatchObject({ definition_version: 1, version: 2 });
  });

  it("409 state_conflict where the state has no counterpart, dry or not; 422 for a map that leads nowhere", async () => {
    for (const dry_run of [true, false]) {
      const refused = await migrate(drafted, { dry_run });
      expect(refused).toMatchObject({ status: 409, body: { code: "state_conflict" } });
      expect(refused.body.message).toContain("no state draft");
      const nowhere = await migrate(drafted, { dry_run, state_map: { draft: "nowhere" } });
      expect(nowhere).toMatchObject({ status: 422, body: { errors: [{ path: "state_map.draft" }] } });
      expect((await migrate(drafted, { dry_run, definition_version: 9 })).status).toBe(422);
    }
    expect(await migrate(done)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
  });

  it("412 precondition_failed for another version of the instance", async () => {
    expect((await migrate(reviewed, {}, { "if-match": '"1"' })).status).toBe(412);
  });

  it("200 migrates to the newest version, the state kept or mapped, and the history tells it", async () => {
    const kept = await migrate(reviewed, {}, { "if-match": '"2"' });
    expect(kept).toMatchObject({ status: 200, body: { changed: true, to_state_id: "review", dry_run: false } });
    expect(kept.headers.get("etag")).toBe('"3"');
    expect(kept.body.instance).toEqual(await get(reviewed));
    expect((await execute(reviewed, "ask")).body.current_state_id).toBe("legal");
    const mapped = await migrate(drafted, { state_map: { draft: "new" } });
    expect(mapped.body.instance).toMatchObject({ definition_version: 2, current_state_id: "new", history: [] });
    expect(await history(drafted)).toMatchObject([
      { type: "migrated", from_version: 1, to_version: 2, from_state_id: "draft", to_state_id: "new", version: 2 },
    ]);
  });

  it("200 changes nothing where the instance goes by that version already, and goes back where it can", async () => {
    expect(await migrate(drafted)).toMatchObject({ status: 200, body: { changed: false, version: 2 } });
    const back = await migrate(drafted, { definition_version: 1, state_map: { new: "draft" } });
    expect(back.body.instance).toMatchObject({ definition_version: 1, current_state_id: "draft", version: 3 });
  });
});
