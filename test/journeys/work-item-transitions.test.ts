import { describe, expect, it } from "vitest";
import type { Faults } from "#local/faults.ts";
import { disturbed } from "#test/disturbed.ts";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService({ clock: "virtual", faults: {} });
const { create, get, put, remove, history } = workItems(service);
const unknown = "550e8400-e29b-41d4-a716-446655440000";

const send = (json: unknown, key?: string) =>
  service.call("POST", "/workflow_items/transitions", {
    json,
    headers: key === undefined ? {} : { "idempotency-key": key },
  });
const makeMany = (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await create()).body.id as string));
const started = (ids: readonly string[]) => ids.map((id) => ({ id, status: "IN_PROGRESS", version: 1 }));

/** Throttles the changes of some items. */
function throttling(ids: readonly string[]): NonNullable<Faults["calls"]> {
  return {
    decide: ({ action, body }) => {
      const { sk } = (body.Key ?? {}) as { sk?: { S: string } };
      return action === "UpdateItem" && ids.includes(sk?.S ?? "") ? "throttle" : undefined;
    },
  };
}

describe("POST /workflow_items/transitions", () => {
  it("200 judges each entry alone, and says of each what became of it, in order", async () => {
    const [one, two, three, four, five, gone] = (await makeMany(6)) as [string, string, string, string, string, string];
    await remove(gone);
    await put(five, { title: "moved on" });
    const { status, body } = await send([
      { id: one, status: "in_progress" },
      { id: two, status: "IN_PROGRESS", version: 1 },
      { id: three, status: "CANCELLED", if_match: '"7", "1"' },
      { id: four, status: "COMPLETED" },
      { id: five, status: "IN_PROGRESS", version: 1 },
      { id: five, status: "IN_PROGRESS", if_match: 'W/"2"' },
      { id: gone, status: "IN_PROGRESS" },
      { id: unknown, status: "IN_PROGRESS" },
      { id: "no uuid", status: "IN_PROGRESS" },
      { id: four, status: "OPEN" },
      { id: four, status: "IN_PROGRESS", version: 1, if_match: '"1"' },
      { id: four, status: "IN_PROGRESS", if_match: "1" },
      { id: four },
      null,
    ]);
    expect([status, body.changed, body.failed]).toEqual([200, 3, 11]);
    const statuses = body.results.map((result: { status: number }) => result.status);
    expect(statuses).toEqual([200, 200, 200, 409, 412, 412, 404, 404, 404, 422, 422, 422, 422, 422]);
    expect(body.results.map(({ index }: { index: number }) => index)).toEqual(
      statuses.map((_: number, at: number) => at),
    );
    expect(body.results[0]).toEqual({ index: 0, status: 200, id: one, item_status: "IN_PROGRESS", version: 2 });
    expect(body.results[3]).toMatchObject({
      code: "state_conflict",
      message: expect.stringContaining("IN_PROGRESS or CANCELLED"),
    });
    expect(body.results[10].errors).toMatchObject([{ path: "version" }]);
    expect((await get(three)).body).toMatchObject({ status: "CANCELLED", version: 2 });
    expect((await get(four)).body).toMatchObject({ status: "CREATED", version: 1 });
  });

  it("200 makes the moves of one item in their order", async () => {
    const [id = ""] = await makeMany(1);
    const { body } = await send([
      { id, status: "IN_PROGRESS", version: 1 },
      { id: id.toUpperCase(), status: "COMPLETED", version: 2 },
      { id, status: "CANCELLED" },
    ]);
    expect(body.results.map((result: { status: number }) => result.status)).toEqual([200, 200, 409]);
    expect((await history(id)).map(({ to_status }) => to_status)).toEqual(["CREATED", "IN_PROGRESS", "COMPLETED"]);
  });

  it.each([[[]], [{}], [Array(101).fill({ id: unknown, status: "CANCELLED" })]])(
    "422 validation_failed for a body that does not hold 1 to 100 entries",
    async (json) => {
      expect(await send(json)).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    },
  );

  it("200 for a hundred, replayed to a repeat with the same key", async () => {
    const ids = await makeMany(100);
    const first = await send(started(ids), "hundred");
    expect(first.body).toMatchObject({ changed: 100, failed: 0 });
    const again = await send(started(ids), "hundred");
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await send(started(ids.slice(1)), "hundred")).body.code).toBe("idempotency_key_reused");
  });

  it("200 once for each when every tenth call loses its answer", async () => {
    const ids = await makeMany(40);
    const answer = await disturbed(service, { lostAnswer: 0.1 }, () => send(started(ids), "unkind"));
    expect(answer.body).toMatchObject({ changed: 40, failed: 0 });
    for (const id of ids) expect((await get(id)).body).toMatchObject({ status: "IN_PROGRESS", version: 2 });
  });

  it("503 is the result of what could not be written; a repeat makes that alone, and knows what it made before", async () => {
    const ids = await makeMany(10);
    const busy = ids.slice(4, 7);
    const first = await disturbed(service, throttling(busy), () => send(started(ids), "half"));
    expect(first.body).toMatchObject({ changed: 7, failed: 3 });
    expect(first.body.results[5]).toMatchObject({ status: 503, code: "service_unavailable" });
    await put(ids[0] ?? "", { title: "changed since" }, '"2"');
    const second = await send(started(ids), "half");
    expect(second.body).toMatchObject({ changed: 10, failed: 0 });
    expect(second.headers.get("idempotency-replayed")).toBeNull();
    for (const id of ids) expect(await history(id)).toHaveLength(id === ids[0] ? 3 : 2);
    expect((await send(started(ids), "half")).headers.get("idempotency-replayed")).toBe("true");
  });

  it("20 at once with one key make each change once: the others wait or replay", async () => {
    const ids = await makeMany(20);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(started(ids), "race")));
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    expect(
      answers.filter(({ status }) => status !== 200).every(({ body }) => body.code === "operation_in_progress"),
    ).toBe(true);
    for (const { body } of done) expect(body).toEqual(done[0]?.body);
    for (const id of ids) expect(await history(id)).toHaveLength(2);
  });
});
