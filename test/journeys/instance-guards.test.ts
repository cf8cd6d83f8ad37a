import { describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

type Blocked = { id: string; reason: string; message: string };

const service = await startService({ clock: "virtual" });
const { define, start, execute, get, history } = machinesOf(service);

const items = Array.from({ length: 9_000 }, (_, index) => ({ p: index % 7, q: index % 5 }));
const data = { items, amount: 5, note: "n" };
/** A guard that costs more than any expression may, and one that costs much, but may be evaluated. */
const tooCostly = (index: number) => `$count(data.items[p > ${index}][q>3]^(p)) > 3`;
const costly = (index: number) => `$count(data.items[p > ${index}]) > 3`;

const notEvaluated = (id: string) =>
  new RegExp(
    `^The guard of action ${id} was not evaluated: .* Executing the action evaluates it alone\\. .* read less`,
  );

function guarded(count: number, guard: (index: number) => string, more: object = {}) {
  return Array.from({ length: count }, (_, index) => action(`g${index}`, "*", "b", { guard: guard(index), ...more }));
}

const states = [state("a", { is_initial: true }), state("b"), state("z", { is_final: true })];

describe("an instance with hundreds of guards that cost much, and much data", () => {
  it("is started, shown, commented and executed, and tells of each guard what it came to, the same every time", async () => {
    const cheap = [
      action("open", "*", "b"),
      action("cheap", "*", "b", { guard: "data.amount = 5" }),
      action("cheaper", "*", "b", { guard: "data.amount < 5" }),
      action("asked", "*", "b", { guard: "input.ok" }),
    ];
    await define("costly", states, [...guarded(496, tooCostly), ...cheap]);
    const started = await service.call("POST", "/api/instances", { json: { definition_id: "costly", data } });
    expect(started.status).toBe(201);
    const id = started.body.id;
    const told = (body: { available_actions: { id: string }[]; blocked_actions: Blocked[] }) => ({
      available: body.available_actions.map((each) => each.id),
      blocked: body.blocked_actions.map(({ id: actionId, reason, message }) => [actionId, reason, message]),
    });
    expect(told(started.body)).toEqual({
      available: ["open", "cheap", "asked"],
      blocked: [
        [
          "g0",
          "guard_not_met",
          "The guard of action g0 gives no answer: it is stopped: it does more than one expression may.",
        ],
        ...Array.from({ length: 495 }, (_, index) => {
          return [`g${index + 1}`, "guard_not_met", expect.stringMatching(notEvaluated(`g${index + 1}`))];
        }),
        ["cheaper", "guard_not_met", "The guard of action cheaper is not met: data.amount < 5"],
      ],
    });
    const commented = await service.call("POST", `/api/instances/${id}/comments`, { json: { comment: "c" } });
    expect(commented.status).toBe(200);
    const actions = await service.call("GET", `/api/instances/${id}/actions`);
    const executed = await execute(id, "cheap");
    expect(executed).toMatchObject({ status: 200, body: { current_state_id: "b" } });
    for (const body of [commented.body, actions.body, executed.body, await get(id)]) {
      expect(told(body)).toEqual(told(started.body));
    }
    for (const actionId of ["g0", "g1"]) {
      const message = `The guard of action ${actionId} gives no answer: it is stopped: it does more than one expression may.`;
      expect(await execute(id, actionId)).toMatchObject({ status: 409, body: { code: "state_conflict", message } });
    }
  }, 60_000);

  it("is executed by an action whose guard was not evaluated before, with all that one may cost", async () => {
    await define("many", states, guarded(20, costly));
    const id = await start("many", { data });
    const blocked: Blocked[] = (await get(id)).blocked_actions;
    expect(blocked.find((each) => each.id === "g4")?.message).toMatch(notEvaluated("g4"));
    expect(await execute(id, "g4")).toMatchObject({ status: 200, body: { current_state_id: "b" } });
    const message = "The guard of action g19 is not met: $count(data.items[p > 19]) > 3";
    expect(await execute(id, "g19")).toMatchObject({ status: 409, body: { message } });
  }, 60_000);

  it("has its timed actions executed and its deadline told on time", async () => {
    const timed = [
      ...guarded(300, tooCostly, { after: 30 }),
      action("expire", "*", "z", { after: 30, guard: "data.amount = 5" }),
    ];
    const deadline = { after: 60, action: "late" };
    await define(
      "timed",
      [state("a", { is_initial: true, deadline }), ...states.slice(1)],
      [...timed, action("late", "*", "z", { guard: costly(1) })],
    );
    const [met, unmet] = [await start("timed", { data }), await start("timed", { data: { ...data, amount: 6 } })];
    await service.clock.advance(61_000);
    const [first, last] = [await history(met), await history(unmet)];
    expect(first.at(-1)).toMatchObject({ type: "executed", action_id: "expire", by: "timer" });
    expect(last.map(({ type }) => type)).toEqual([...Array(20).fill("skipped"), "escalated", "executed"]);
    expect(last[19]).toMatchObject({ action_id: "g19", reason: expect.stringMatching(notEvaluated("g19")) });
    expect(last.at(-1)).toMatchObject({ action_id: "late", by: "timer" });
  }, 60_000);
});

describe("hundreds of timed actions that are due at one moment", () => {
  it("are told as skipped, twenty of them by name, and the deadline after them", async () => {
    const long = (index: number) => `${"data.none = 1 or ".repeat(20)} data.amount = -1${index}`;
    const deadline = { after: 31, action: "late" };
    await define(
      "long",
      [state("a", { is_initial: true, deadline }), ...states.slice(1)],
      [...guarded(450, long, { after: 30 }), action("late", "*", "z")],
    );
    const id = await start("long", { data: { amount: 5 } });
    await service.clock.advance(40_000);
    const told = await history(id);
    expect(told.map(({ type }) => type)).toEqual([...Array(20).fill("skipped"), "escalated", "executed"]);
    expect(told[0]).toMatchObject({ action_id: "g0", reason: `The guard of action g0 is not met: ${long(0)}` });
    expect(told[19]).toMatchObject({ action_id: "g19", reason: expect.stringContaining("(as were 430 more that") });
  }, 60_000);
});

describe("a guard", () => {
  it.each([
    ["data.items", "an array"],
    ["data.note", "a text"],
    ["data.amount", "a number"],
    ["data", "an object"],
    ["data.nothing ?? null", "null"],
  ])("409 state_conflict for %s, which is no true: it says what it gave", async (guard, gave) => {
    const definitionId = await define(`truthy-${gave.replace(" ", "-")}`, states, [action("go", "*", "b", { guard })]);
    const id = await start(definitionId, { data: { ...data, items: [1] } });
    const message = `The guard of action go is not met, since it gives ${gave}, which is not true: ${guard}`;
    expect((await get(id)).blocked_actions).toMatchObject([{ id: "go", reason: "guard_not_met", message }]);
    expect(await execute(id, "go")).toMatchObject({ status: 409, body: { code: "state_conflict", message } });
  });
});
