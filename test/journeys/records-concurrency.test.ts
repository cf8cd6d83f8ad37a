import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService();
const order = { source: "api", category: "order", payload: { amount: 99.99 } };

function times<Result>(count: number, work: () => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, work));
}

describe("a hundred at once", () => {
  it("200 once and 409 state_conflict 99 times when one record is processed 100 times", async () => {
    const { id } = (await service.call("POST", "/records", { json: order })).body;
    const answers = await times(100, () => service.call("POST", `/records/${id}/process`));
    const statuses = Map.groupBy(answers, (answer) => answer.status);
    expect(statuses.get(200)).toHaveLength(1);
    expect(statuses.get(409)).toHaveLength(99);
    expect((await service.call("GET", `/records/${id}`)).body.version).toBe(2);
  });

  it("201 with one record and 100 equal answers when one Idempotency-Key creates 100 times", async () => {
    const headers = { "idempotency-key": 'a key with spaces, {braces} & "quotes"' };
    const answers = await times(100, () => service.call("POST", "/records", { json: order, headers }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body)))).toHaveProperty("size", 1);
    expect(answers.map((answer) => answer.status)).toEqual(Array(100).fill(201));
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === null)).toHaveLength(1);
    const listed = (await service.call("GET", "/records?status=pending")).body.items;
    expect(listed.map((item: { id: string }) => item.id)).toEqual([answers[0]?.body.id]);
  });

  it("200 once, replayed 99 times, when one Idempotency-Key processes 100 times", async () => {
    const { id } = (await service.call("POST", "/records", { json: order })).body;
    const headers = { "idempotency-key": "process-once" };
    const answers = await times(100, () => service.call("POST", `/records/${id}/process`, { headers }));
    expect(answers.map((answer) => answer.status)).toEqual(Array(100).fill(200));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body)))).toHaveProperty("size", 1);
  });
});
