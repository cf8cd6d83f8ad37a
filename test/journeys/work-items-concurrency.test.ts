import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService();
const { create, get, put, history } = workItems(service);

describe("a hundred writers with the same ETag", () => {
  it("200 once and 412 99 times in each of 100 rounds; versions follow one another, the history tells every winner", async () => {
    const { id } = (await create({ title: "0" })).body;
    const winners = ["0"];
    for (let version = 1; version <= 100; version++) {
      const all = Array.from({ length: 100 }, (_, at) => put(id, { title: `${version} by ${at}` }, `"${version}"`));
      const byStatus = Map.groupBy(await Promise.all(all), ({ status }) => status);
      expect(byStatus.get(200)).toHaveLength(1);
      expect(byStatus.get(412)).toHaveLength(99);
      const winner = byStatus.get(200)?.[0]?.body;
      expect(winner.version).toBe(version + 1);
      winners.push(winner.title);
    }
    expect((await get(id)).body).toMatchObject({ version: 101, title: winners.at(-1) });
    const entries = await history(id);
    expect(entries.map(({ version }) => version)).toEqual(winners.map((_, at) => at + 1));
    expect(entries.map(({ changes }) => changes[0].to)).toEqual(winners);
  }, 300_000);

  it("200 for every one of 30 with If-Match *, each with a version of its own", async () => {
    const { id } = (await create()).body;
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => put(id, { title: `any ${at}` })));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    const versions = answers.map(({ body }) => body.version as number).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 30 }, (_, at) => at + 2));
    const titles = (await history(id)).slice(1).map(({ changes }) => changes[0].to);
    const told = answers.toSorted((a, b) => a.body.version - b.body.version).map(({ body }) => body.title);
    expect(titles).toEqual(told);
  });

  it("one move wins when an item is completed and cancelled at once", async () => {
    const { id } = (await create()).body;
    await put(id, { status: "IN_PROGRESS" });
    const moves = Array.from({ length: 20 }, (_, at) => put(id, { status: at % 2 === 0 ? "COMPLETED" : "CANCELLED" }));
    const won = (await Promise.all(moves)).filter(({ status }) => status === 200).map(({ body }) => body.status);
    expect(new Set(won).size).toBe(1);
    expect((await get(id)).body.status).toBe(won[0]);
  });
});
