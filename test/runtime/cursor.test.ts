import { beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { keysOf } from "#test/keys-command.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", meter: true });
const minute = 60_000;
const position = z.object({ at: z.string() });
type Process = typeof import("#runtime/cursor.ts");

/** Two processes, each with what it knows of the keys. */
let one: Process;
let other: Process;
beforeAll(async () => {
  one = await import("#runtime/cursor.ts");
  vi.resetModules();
  other = await import("#runtime/cursor.ts");
});

const seal = (by: Process, at: string) => by.sealCursor({ at }, "list");
const open = (by: Process, cursor: string) => by.openCursor(cursor, "list", position);
const rotate = () => keysOf(service, "rotate-signing");

describe("a cursor", () => {
  it("opens in every process, for the list that gave it alone", async () => {
    const cursor = await seal(one, "first");
    expect(await open(other, cursor)).toEqual({ at: "first" });
    await expect(one.openCursor(cursor, "another list", position)).rejects.toMatchObject({ code: "invalid_cursor" });
    for (const bad of ["", ".", "a.b", `${cursor}A`, cursor.slice(0, -1), `${cursor}.`, `A${cursor}`]) {
      await expect(open(one, bad), bad).rejects.toMatchObject({ code: "invalid_cursor" });
    }
  });

  it("opens after a rotation, and not after two", async () => {
    const before = await seal(one, "before");
    await rotate();
    expect(await open(one, before)).toEqual({ at: "before" });
    await service.clock.advance(minute);
    expect(await open(one, before)).toEqual({ at: "before" });
    const between = await seal(one, "between");
    await rotate();
    await service.clock.advance(minute);
    expect(await open(one, between)).toEqual({ at: "between" });
    await expect(open(one, before)).rejects.toMatchObject({ code: "invalid_cursor" });
    await expect(open(other, before)).rejects.toMatchObject({ code: "invalid_cursor" });
  });

  it("of a process that knows the new key opens at once in one that does not yet", async () => {
    await seal(other, "other reads the keys now");
    await service.clock.advance(30_000);
    await rotate();
    vi.resetModules();
    const started: Process = await import("#runtime/cursor.ts");
    expect(await open(other, await seal(started, "new"))).toEqual({ at: "new" });
  });

  it("that nobody signed has the keys read at most once in five seconds", async () => {
    await service.clock.advance(10_000);
    service.usage.reset();
    for (let turn = 0; turn < 20; turn++) await open(one, `e30.${"A".repeat(22)}`).catch(() => null);
    expect(service.usage.calls["dynamodb:GetItem"]?.requests).toBe(1);
  });
});

describe("a list", () => {
  it("goes on over a rotation", async () => {
    for (const category of ["a", "b", "c"]) {
      await service.call("POST", "/records", { json: { source: "s", category, payload: {} } });
    }
    const first = await service.call("GET", "/records?limit=1");
    await rotate();
    await service.clock.advance(minute);
    const second = await service.call("GET", first.headers.get("link")?.match(/<(.*)>/)?.[1] ?? "");
    expect(second).toMatchObject({ status: 200, body: { count: 1 } });
    await rotate();
    await service.clock.advance(minute);
    expect((await service.call("GET", `/records?limit=1&cursor=${second.body.next_cursor}`)).status).toBe(200);
    expect((await service.call("GET", `/records?limit=1&cursor=${first.body.next_cursor}`)).body.code).toBe(
      "invalid_cursor",
    );
  });
});
