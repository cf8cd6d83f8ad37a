import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { uuid7 } from "#domain/uuid7.ts";
import { table, tableName } from "#store/table.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
const day = 86_400_000;

async function create(json: object): Promise<string> {
  return (await service.call("POST", "/records", { json: { source: "api", payload: { amount: 60 }, ...json } })).body
    .id;
}
async function counted(category: string): Promise<number> {
  await service.settle();
  return (await service.call("GET", `/reports/summary?category=${category}`)).body.total_records;
}
const listed = async (query: string) => (await service.call("GET", `/records?${query}`)).body.count;

describe("DELETE /records/{id}", () => {
  it.each([
    ["short", "x"],
    ["long", "x".repeat(5_000)],
  ])("204 erases a record with a %s payload: it is found nowhere, and counted no more", async (category, text) => {
    const id = await create({ category, payload: { text } });
    expect(await counted(category)).toBe(1);
    const erased = await service.call("DELETE", `/records/${id}`);
    expect(erased).toMatchObject({ status: 204, body: "" });
    expect((await service.call("GET", `/records/${id}`)).status).toBe(404);
    expect((await service.call("DELETE", `/records/${id}`)).status).toBe(404);
    expect((await service.call("POST", `/records/${id}/process`)).status).toBe(404);
    expect([await listed(`category=${category}`), await listed("status=pending"), await listed("")]).toEqual([0, 0, 0]);
    expect(await counted(category)).toBe(0);
  });

  it("412 precondition_failed for another version, 204 for the current one", async () => {
    const id = await create({ category: "versioned" });
    const refused = await service.call("DELETE", `/records/${id}`, { headers: { "if-match": '"2"' } });
    expect(refused).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
    expect((await service.call("DELETE", `/records/${id}`, { headers: { "if-match": '"1"' } })).status).toBe(204);
  });

  it("204 when the answer of the table is lost after the erasure", async () => {
    const id = await create({ category: "lost" });
    let drops = 0;
    service.faults.set({
      calls: { decide: ({ action }) => (action === "PutItem" && drops++ === 0 ? "lostAnswer" : undefined) },
    });
    const erased = await service.call("DELETE", `/records/${id}`);
    service.faults.clear();
    expect([erased.status, drops]).toEqual([204, 2]);
  });

  it("204 once and 404 for the others when 20 erase one record, and it is taken off the reports once", async () => {
    const id = await create({ category: "raced" });
    await create({ category: "raced" });
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.call("DELETE", `/records/${id}`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, ...Array(19).fill(404)]);
    expect(await counted("raced")).toBe(1);
  });
});

describe("expires_at", () => {
  it("a record is forgotten when its time comes, deleted later, and the reports stay as they are", async () => {
    const soon = new Date(service.clock.now() + day).toISOString();
    const long = await create({ category: "expiring", expires_at: soon, payload: { text: "x".repeat(5_000) } });
    const short = await create({ category: "expiring", expires_at: soon });
    const kept = await create({ category: "expiring" });
    await service.call("POST", `/records/${short}/process`);
    expect((await service.call("GET", `/records/${long}`)).body.expires_at.slice(0, 19)).toBe(
      new Date(Math.ceil(Date.parse(soon) / 1000) * 1000).toISOString().slice(0, 19),
    );
    await service.clock.advance(day + 5_000);
    for (const id of [long, short]) expect((await service.call("GET", `/records/${id}`)).status).toBe(404);
    expect(await listed("category=expiring")).toBe(1);
    expect(await counted("expiring")).toBe(3);
    await service.clock.advance(3 * day);
    expect(await counted("expiring")).toBe(3);
    expect((await service.call("GET", `/records/${kept}`)).status).toBe(200);
  });

  it.each(["2020-01-01T00:00:00Z", "2026-02-30", "soon", ""])("422 validation_failed for %j", async (expires_at) => {
    const json = { source: "a", category: "b", payload: {}, expires_at };
    const answer = await service.call("POST", "/records", { json });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: "expires_at" }] } });
  });
});

describe("a record written in an older format", () => {
  it("is read, listed, counted and processed, and is written in the current format from then on", async () => {
    const id = uuid7(service.clock.now(), new Uint8Array(10).fill(9), 1);
    const Item = {
      pk: "record#01",
      sk: id,
      v: 1,
      w: ["older"],
      s: "pending",
      g: `old\t${id}`,
      o: `import\t${id}`,
      r: `pending\t${id}`,
      u: service.clock.now(),
      p: '{"amount":1}',
    };
    await table().send(new PutCommand({ TableName: tableName(), Item }));
    expect((await service.call("GET", `/records/${id}`)).body).toMatchObject({
      category: "old",
      source: "import",
      version: 1,
    });
    expect([await listed("category=old"), await counted("old")]).toEqual([1, 1]);
    const processed = await service.call("POST", `/records/${id}/process`);
    expect(processed).toMatchObject({ status: 200, body: { status: "processed", version: 2 } });
    expect(await counted("old")).toBe(1);
  });
});
