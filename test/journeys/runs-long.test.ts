import { afterEach, describe, expect, it } from "vitest";
import { startReceiver } from "#test/receiver.ts";
import { runFlows } from "#test/run-flows.ts";
import { countedRun, madeId, putRun } from "#test/run-heads.ts";
import { startService } from "#test/service.ts";

/** Runs with so much in them that answers must leave some of it out: Lambda takes 6 MB from a function. */
const receiver = await startReceiver();
const service = await startService({ clock: "virtual", faults: {}, settings: { EGRESS_ALLOW: receiver.address } });
const { hook, delay, workflow, trigger } = runFlows(service, receiver);
afterEach(() => {
  receiver.clear();
  service.faults.clear();
});

type Json = Record<string, unknown>;
const get = async (path: string) => (await service.call("GET", path)).body;

/** A run of so many steps, each of which is answered so. */
async function runOf(steps: number, answer: string): Promise<string> {
  receiver.reply = () => ({ body: answer });
  const hooks = Array.from({ length: steps }, (_, at) => hook(`s${at}`));
  const id = await trigger(await workflow([delay("first", 0), ...hooks.slice(0, 99)]));
  await service.settle();
  return id;
}

describe("GET /api/v1/runs/{id}", () => {
  it.each([
    ["60 outputs of 60,000 bytes, which lie elsewhere", 60, JSON.stringify("x".repeat(60_000))],
    ["100 outputs of 31,500 bytes, which lie in the journal", 100, JSON.stringify("x".repeat(31_500))],
    ["60 outputs that are twice as long once they are quoted", 60, JSON.stringify(Array(13_000).fill(""))],
  ])("200 with %s: the first are shown, and where to read the others", async (_, steps, answer) => {
    const id = await runOf(steps, answer);
    const run = await get(`/api/v1/runs/${id}`);
    expect(run).toMatchObject({ status: "SUCCESS", step_results: { s0: { output: { type: "webhook" } } } });
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(run)))).toBeLessThan(5_700_000);
    const results: [string, Json][] = Object.entries(run.step_results);
    expect(results).toHaveLength(Math.min(steps + 1, 100));
    const omitted = results.filter(([, result]) => result.output_omitted);
    expect(Object.keys(run.results)).toEqual(results.slice(0, results.length - omitted.length).map(([name]) => name));
    expect(omitted.length).toBeGreaterThan(5);
    expect(omitted.length).toBeLessThan(steps / 1.5);
    const [[name, { output, output_at }] = ["", {} as Json]] = omitted;
    expect(output).toBeNull();
    const { items } = await get(String(output_at));
    expect(items).toMatchObject([{ type: "step.completed", step_name: name, output: { status_code: 200 } }]);
    expect(items[0].output.response_data).toEqual(JSON.parse(answer));
  });

  it("200 shows a short output although a long one before it is left out", async () => {
    receiver.reply = ({ path }) => ({ body: path.endsWith("/last") ? '"short"' : JSON.stringify("x".repeat(60_000)) });
    const hooks = Array.from({ length: 60 }, (_, at) => hook(`s${at}`));
    const id = await trigger(await workflow([...hooks, hook("last")]));
    await service.settle();
    const run = await get(`/api/v1/runs/${id}`);
    expect(run.step_results.s59).toMatchObject({ status: "SUCCESS", output: null, output_omitted: true });
    expect(run.results.last).toMatchObject({ response_data: "short" });
  });
});

describe("GET /api/v1/runs", () => {
  it("200 tells 1,000 characters of each error, so that a page of any runs can be answered", async () => {
    const now = service.clock.now();
    const error = "错".repeat(20_000);
    for (let n = 0; n < 200; n++) await putRun(countedRun(madeId(now), "FAILED", now), now, { d: error });
    const { items } = await get("/api/v1/runs?status=failed&limit=200");
    expect(items).toHaveLength(200);
    for (const run of items) expect(run.error).toBe(`${error.slice(0, 997)}...`);
  });
});

/** Every entry of a timeline, page by page; each page is one that Lambda takes. */
async function timelineOf(id: string, query: string): Promise<{ items: Json[]; pages: number }> {
  const items: Json[] = [];
  for (let pages = 1, cursor = ""; ; pages++) {
    const page = await get(`/api/v1/runs/${id}/timeline?${query}${cursor}`);
    items.push(...page.items);
    if (page.next_cursor === null) return { items, pages };
    expect(page.count).toBeGreaterThan(0);
    cursor = `&cursor=${page.next_cursor}`;
  }
}

describe("GET /api/v1/runs/{id}/timeline", () => {
  it("200 ends a page before the entry that it has no room for, whatever the characters", async () => {
    const id = await runOf(100, JSON.stringify("错".repeat(21_800)));
    const { items, pages } = await timelineOf(id, "limit=200");
    expect(items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 102 }, (_, at) => at + 1));
    expect(pages).toBe(2);
    for (const { output } of items.slice(2, -1)) {
      expect((output as Json).response_data).toBe("错".repeat(21_800));
    }
  });

  it("200 reads each long output once, and of earlier steps those alone that the configuration names", async () => {
    const text = "x".repeat(40_000);
    receiver.reply = ({ path }) => ({ body: JSON.stringify({ text, path }) });
    const previous = (at: number) => `s${Math.max(at - 1, 0)}`;
    const bodies = Array.from({ length: 20 }, (_, at) => {
      if (at === 0) return "first";
      if (at === 19) return "{% $string([steps.s3.output.response_data.path, steps.s4.status]) %}";
      return `{{ steps.${previous(at)}.output.response_data.path }} {{ steps.s0.status }}`;
    });
    const id = await trigger(await workflow(bodies.map((body, at) => hook(`s${at}`, { body }))));
    await service.settle();
    const reads: string[] = [];
    service.faults.set({
      calls: { before: ({ action, body }) => void (action === "GetObject" && reads.push(String(body.Key))) },
    });
    const { items } = await timelineOf(id, "limit=200");
    expect(items).toHaveLength(22);
    expect(reads).toHaveLength(20);
    reads.length = 0;
    const page = await get(`/api/v1/runs/${id}/timeline?offset=10&limit=1`);
    expect(page.items).toMatchObject([{ step_name: "s9", input: { body: "/step/s8 SUCCESS" } }]);
    expect(reads).toHaveLength(2);
    expect(items.at(-2)).toMatchObject({ step_name: "s19", input: { body: '["/step/s3","SUCCESS"]' } });
  });

  it("200 pages through the longest that steps can be given and put out", async () => {
    const quotes = '"'.repeat(120_000); // 240 KB as JSON, and 480 KB as Lambda takes it
    receiver.reply = () => ({ body: "\u0001".repeat(64 * 1024) });
    const hooks = Array.from({ length: 9 }, (_, at) => hook(`s${at}`, { body: "{{ payload.quotes }}" }));
    const id = await trigger(await workflow(hooks), { quotes });
    await service.settle();
    const { items, pages } = await timelineOf(id, "limit=200");
    expect(items).toHaveLength(11);
    expect(pages).toBe(2);
    for (const { input } of items.slice(1, -1)) expect((input as Json).body).toBe(quotes);
  });
});
