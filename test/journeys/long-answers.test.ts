import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { action, machinesOf, state } from "#test/machines.ts";
import { startService } from "#test/service.ts";

const service = await startService();
const { define, start, execute, get, history } = machinesOf(service);

/** Characters that no compression shortens much; beyond 2^16, so that each takes four bytes. */
const noise = (length: number) =>
  String.fromCodePoint(...Array.from({ length }, () => 0x20000 + (randomBytes(2).readUInt16BE() % 0xa000)));

/** An instance whose answer no single item holds. */
async function longInstance(id: string): Promise<string> {
  const described = (name: string) => action(name, "open", "open", { description: noise(1_900) });
  const actions = Array.from({ length: 30 }, (_, at) => described(`a${at}`));
  await define(id, [state("open", { is_initial: true })], actions);
  return start(id, { data: { noise: noise(50_000) } });
}

const comment = (id: string, key?: string) =>
  service.call("POST", `/api/instances/${id}/comments`, {
    json: { comment: "Looks good." },
    headers: key === undefined ? {} : { "idempotency-key": key },
  });

describe("with an Idempotency-Key an answer may be as long as without", () => {
  it("200 for the first, the same for a repeat, and one effect", async () => {
    const id = await longInstance("long");
    const first = await comment(id, "long");
    expect(first).toMatchObject({ status: 200, body: { version: 2 } });
    expect(JSON.stringify(first.body).length).toBeGreaterThan(100_000);
    await comment(id);
    const again = await comment(id, "long");
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("etag")).toBe('"2"');
    expect(await history(id)).toHaveLength(2);
  }, 60_000);

  it("200 with one effect and equal answers for ten at once", async () => {
    const id = await longInstance("race");
    const answers = await Promise.all(Array.from({ length: 10 }, () => comment(id, "race")));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(await history(id)).toHaveLength(1);
  }, 60_000);

  it("200 for the longest instance there can be: definition, data and comments at their bounds", async () => {
    const id = await longInstance("longest");
    await execute(id, "a0", { data: { more: noise(45_000) } });
    for (let turn = 0; turn < 50; turn++) await execute(id, "a0", { comment: noise(2_000) });
    const last = () => execute(id, "a1", { comment: "The last." }, { "idempotency-key": "longest" });
    const first = await last();
    expect(first.status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(first.body))).toBeGreaterThan(950_000);
    expect((await last()).body).toEqual(first.body);
    expect((await get(id)).version).toBe(first.body.version);
  }, 120_000);
});
