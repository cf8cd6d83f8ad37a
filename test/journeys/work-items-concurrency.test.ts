import { describe, expect, it } from "vitest";
import type { DomainError } from "#domain/domain-error.ts";
import { changeItem } from "#runtime/items/change-item.ts";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService();
const { create, get, put, history } = workItems(service);
const writers = 100;

describe("a hundred writers with the same ETag", () => {
  it("200 once and 412 99 times, in each of 5 rounds over HTTP", async () => {
    const { id } = (await create()).body;
    for (let version = 1; version <= 5; version++) {
      const all = Array.from({ length: writers }, (_, at) => put(id, { title: `writer ${at}` }, `"${version}"`));
      const byStatus = Map.groupBy(await Promise.all(all), ({ status }) => status);
      expect(byStatus.get(200)).toHaveLength(1);
      expect(byStatus.get(412)).toHaveLength(writers - 1);
      const winner = byStatus.get(200)?.[0]?.body;
      expect(winner.version).toBe(version + 1);
      expect((await get(id)).body).toEqual(winner);
    }
  });

  it("one wins in each of 100 rounds, versions follow one another, and the history tells of every winner", async () => {
    const { id } = (await create({ title: "0" })).body;
    const winners = ["0"];
    for (let version = 1; version <= 100; version++) {
      const write = async (at: number) => {
        const by = { writeId: `${version}-${at}`, requestId: "r", name: "c", nowMs: Date.now() };
        try {
          return (await changeItem(id, { title: `${version} by ${at}` }, [version], by)).n;
        } catch (error) {
          return (error as DomainError).code;
        }
      };
      const outcomes = await Promise.all(Array.from({ length: writers }, (_, at) => write(at)));
      const won = outcomes.filter((outcome) => outcome !== "precondition_failed");
      expect(won).toHaveLength(1);
      winners.push(...won);
    }
    expect((await get(id)).body).toMatchObject({ version: 101, title: winners.at(-1) });
    const entries = await history(id);
    expect(entries.map(({ version }) => version)).toEqual(winners.map((_, at) => at + 1));
    expect(entries.map(({ changes }) => changes[0].to)).toEqual(winners);
  }, 60_000);

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
