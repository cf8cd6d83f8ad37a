import { randomUUID } from "node:crypto";
import { type Answer, ask } from "./client.ts";
import { answered, eventually, headerOf, refused, same } from "./expect.ts";
import { completed } from "./jobs.ts";
import type { Run, SmokeRecord } from "./run.ts";
import type { Check } from "./run-checks.ts";

/** A list lags a moment behind a write. */
const listLagMsMax = 10_000;

/** A record's way: created, read, processed once, repeated, listed, paged, created and processed with others. */
export function recordChecks(run: Run): Check[] {
  const check = (name: string, verify: () => Promise<void>): Check => ({ name, verify });
  const json = (number: number) => ({ source: "smoke", category: run.category, payload: { run: run.id, number } });
  const post = (number: number, headers = {}) => ask(run, "POST", "/records", { json: json(number), headers });
  const keep = (record: SmokeRecord) => run.made.set(record.id, record);
  let firstAt = "";
  let path = "";
  /** The part of the list with this run's records. */
  const listPath = (query: Record<string, string>) => {
    if (firstAt === "") throw new Error("nothing was created, so there is nothing to list");
    return `/records?${new URLSearchParams({ category: run.category, created_after: firstAt, ...query })}`;
  };

  return [
    check("create", async () => {
      const answer = await post(1);
      answered(answer, 201, { status: "pending", category: run.category, payload: json(1).payload, version: 1 });
      keep(answer.body);
      firstAt = answer.body.created_at;
      path = headerOf(answer, "location");
      same("location", path, `/records/${answer.body.id}`);
      same("etag", headerOf(answer, "etag"), '"1"');
    }),
    check("get, with and without a trailing slash", async () => {
      const [answer, twin] = [await ask(run, "GET", path), await ask(run, "GET", `${path}/`)];
      answered(answer, 200, { status: "pending", payload: json(1).payload, version: 1 });
      same("twin", twin.body, answer.body);
    }),
    check("304 on the ETag", async () => {
      const answer = await ask(run, "GET", path, { headers: { "if-none-match": '"1"' } });
      answered(answer, 304);
      same("body", answer.body, "");
    }),
    check("412 on another version", async () => {
      const answer = await ask(run, "POST", `${path}/process`, { headers: { "if-match": '"7"' } });
      refused(answer, 412, "precondition_failed");
    }),
    check("process", async () => {
      const answer = await ask(run, "POST", `${path}/process`, { headers: { "if-match": '"1"' } });
      answered(answer, 200, { version: 2 });
      keep(answer.body);
      same("ended", ["processed", "failed"].includes(answer.body.status), true);
      same("etag", headerOf(answer, "etag"), '"2"');
    }),
    check("409 on the second process", async () => {
      refused(await ask(run, "POST", `${path}/process`), 409, "state_conflict");
    }),
    check("409 for all but one of five at once", async () => {
      const created = await post(2);
      answered(created, 201);
      keep(created.body);
      const five = [1, 2, 3, 4, 5].map(() => ask(run, "POST", `/records/${created.body.id}/process`));
      const answers = await Promise.all(five);
      for (const answer of answers) if (answer.status === 200) keep(answer.body);
      same("statuses", answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
    }),
    check("Idempotency-Key replays", async () => {
      const headers = { "idempotency-key": randomUUID() };
      const first = await post(3, headers);
      answered(first, 201);
      keep(first.body);
      const second = await post(3, headers);
      answered(second, 201);
      same("second answer", second.body, first.body);
      same("idempotency-replayed", headerOf(second, "idempotency-replayed"), "true");
      const other = await post(4, headers);
      if (other.status === 201) keep(other.body);
      refused(other, 422, "idempotency_key_reused");
    }),
    check("list by category", async () => {
      for (const number of [5, 6, 7]) {
        const answer = await post(number);
        answered(answer, 201);
        keep(answer.body);
      }
      const all = listPath({ limit: "200" });
      await eventually(listLagMsMax, async () => {
        const page = await ask(run, "GET", all);
        answered(page, 200, { limit: 200, offset: 0, next_cursor: null });
        same("count", page.body.count, page.body.items.length);
        same("this run's records", ownIds([page], run), [...run.made.keys()].sort());
      });
    }),
    check("list by status", async () => {
      const pending = listPath({ status: "pending", limit: "200" });
      await eventually(listLagMsMax, async () => {
        const page = await ask(run, "GET", pending);
        answered(page, 200);
        same("pending of this run", ownIds([page], run), idsOf(run, "pending"));
      });
    }),
    check("pages by cursor to the end", async () => {
      const pages = await pagesOf(run, listPath({ limit: "2", sort_order: "asc" }));
      same("this run's records, each once", ownIds(pages, run), [...run.made.keys()].sort());
      const times = pages.flatMap(({ body }) => body.items.map((item: { created_at: string }) => item.created_at));
      same("order", times, [...times].sort());
      same("two an answer at most", Math.max(...pages.map(({ body }) => body.items.length)), 2);
    }),
    check("batch, with bad records among good ones", async () => {
      const good = [8, 9, 10, 11].map(json);
      const bad = { ...json(12), source: "" };
      const headers = { "idempotency-key": randomUUID() };
      const body = [...good, bad];
      const answer = await ask(run, "POST", "/records/batch", { json: body, headers });
      answered(answer, 200, { created: 4, failed: 1 });
      for (const { id, status, version } of answer.body.results) {
        if (status === 201) keep({ id, status: "pending", category: run.category, version });
      }
      const { index, status, code } = answer.body.results[4];
      same("result of the bad one", { index, status, code }, { index: 4, status: 422, code: "validation_failed" });
      const again = await ask(run, "POST", "/records/batch", { json: body, headers });
      same("second answer", again.body, answer.body);
    }),
    check("batch, a record a line", async () => {
      const body = `${JSON.stringify(json(13))}\n${JSON.stringify(json(14))}\n`;
      const headers = { "content-type": "application/x-ndjson" };
      const answer = await ask(run, "POST", "/records/batch", { body, headers });
      answered(answer, 200, { created: 2, failed: 0 });
      for (const { id, version } of answer.body.results) {
        keep({ id, status: "pending", category: run.category, version });
      }
    }),
    check("process job", async () => {
      const pending = idsOf(run, "pending");
      // A job takes what the list shows, which lags a moment behind the batches.
      const listed = listPath({ status: "pending", limit: "200" });
      await eventually(listLagMsMax, async () => {
        same("pending of this run", ownIds([await ask(run, "GET", listed)], run), pending);
      });
      const json = { category: run.category, created_after: firstAt };
      const { processed, failed } = (await completed(run, "/records/process", json)).body.counts;
      same("processed and failed", processed + failed, pending.length);
      for (const id of pending) {
        const answer = await ask(run, "GET", `/records/${id}`);
        answered(answer, 200, { version: 2 });
        keep(answer.body);
      }
      same("still pending", idsOf(run, "pending"), []);
    }),
  ];
}

/** Every page, from the first to the one without a `next_cursor`. */
async function pagesOf(run: Run, path: string): Promise<Answer[]> {
  const pages: Answer[] = [];
  for (let cursor: string | null = ""; cursor !== null; cursor = pages.at(-1)?.body.next_cursor) {
    const page: Answer = await ask(run, "GET", cursor === "" ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    answered(page, 200);
    pages.push(page);
  }
  return pages;
}

/** The ids of this run's records on some pages, sorted; one that comes twice is there twice. */
function ownIds(pages: readonly Answer[], run: Run): string[] {
  type Item = { id: string; payload: { run?: string } };
  const items = pages.flatMap(({ body }) => body.items as Item[]);
  return items
    .filter(({ payload }) => payload.run === run.id)
    .map(({ id }) => id)
    .sort();
}

function idsOf(run: Run, status: SmokeRecord["status"]): string[] {
  return [...run.made.values()]
    .filter((record) => record.status === status)
    .map(({ id }) => id)
    .sort();
}
