import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });

type Item = { id: string; created_at: string; status: string; category: string; source: string; payload: unknown };

const categories = ["order", "orders", "a b", "ünï", "🎉"];
const sources = ["api", "batch"];
const everything: Item[] = [];

beforeAll(async () => {
  for (let index = 0; index < 60; index++) {
    const category = categories[index % categories.length] ?? "";
    const source = sources[index % 7 === 0 ? 1 : 0] ?? "";
    const amount = index % 10 === 5 ? "unreadable" : index;
    const size = index % 12 === 0 ? 2_000 : 10; // some payloads are items of their own
    const json = { source, category, payload: { index, amount, text: "x".repeat(size) } };
    const { body } = await service.call("POST", "/records", { json });
    const final = index % 3 === 0 ? body : (await service.call("POST", `/records/${body.id}/process`)).body;
    everything.push(final);
  }
  await service.settle();
}, 60_000);

/** Follows cursors to the end and returns all items, checking each page's promises on the way. */
async function readAll(query: string, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  let path: string | null = `/records?${query}&limit=${limit}`;
  for (let pages = 0; path !== null; pages++) {
    if (pages > 200) throw new Error("the list does not end");
    const page: Awaited<ReturnType<typeof service.call>> = await service.call("GET", path);
    expect(page.status).toBe(200);
    expect(page.body.items.length).toBeLessThanOrEqual(limit);
    expect(page.body.count).toBe(page.body.items.length);
    items.push(...page.body.items);
    const next: string | null = page.headers.get("link")?.match(/^<([^>]+)>; rel="next"$/)?.[1] ?? null;
    expect(next === null).toBe(page.body.next_cursor === null);
    path = next;
  }
  return items;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const keys = { created_at: "id", status: "status", category: "category", source: "source" } as const;

describe("GET /records", () => {
  it("gives every record once, in order, for any filter, sort and page size", async () => {
    const query = fc.record(
      {
        status: fc.constantFrom("pending", "processed", "failed"),
        category: fc.constantFrom(...categories, "nothing"),
        source: fc.constantFrom(...sources),
        created_after: fc.nat(59),
        created_before: fc.nat(59),
        sort_by: fc.constantFrom("created_at", "status", "category", "source"),
        sort_order: fc.constantFrom("asc", "desc"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom(1, 2, 7, 50, 200), async (wanted, limit) => {
        const { created_after, created_before, sort_by = "created_at", sort_order = "desc" } = wanted;
        const after = created_after === undefined ? undefined : everything[created_after]?.created_at;
        const before = created_before === undefined ? undefined : everything[created_before]?.created_at;
        const parameters = { ...wanted, created_after: after, created_before: before };
        const given = Object.entries(parameters).filter(([, value]) => value !== undefined) as [string, string][];
        const found = await readAll(new URLSearchParams(given).toString(), limit);
        const expected = everything
          .filter((item) => wanted.status === undefined || item.status === wanted.status)
          .filter((item) => wanted.category === undefined || item.category === wanted.category)
          .filter((item) => wanted.source === undefined || item.source === wanted.source)
          .filter((item) => after === undefined || item.created_at >= after)
          .filter((item) => before === undefined || item.created_at <= before)
          .sort((a, b) => byBytes(a[keys[sort_by]], b[keys[sort_by]]) || byBytes(a.id, b.id));
        if (sort_order === "desc") expected.reverse();
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it("a page reads at most 4 x limit entries, whatever is filtered and sorted", async () => {
    const queries = [
      "",
      "status=processed",
      "status=failed&category=order",
      "category=order&source=batch",
      "sort_by=status",
      "sort_by=source&status=failed",
    ];
    let total = 0;
    for (const query of queries) {
      for (const limit of [1, 5, 50]) {
        let read = 0;
        service.faults.set({
          calls: {
            after: ({ action, body }, answer) => {
              if (action === "Query" && body.Limit !== undefined) read += JSON.parse(String(answer)).ScannedCount;
            },
          },
        });
        await service.call("GET", `/records?${query}&limit=${limit}`);
        service.faults.clear();
        expect(read, `${query} limit ${limit}`).toBeLessThanOrEqual(4 * limit);
        total += read;
      }
    }
    expect(total).toBeGreaterThan(100); // what counts it does count
  });

  it("offset skips exactly that many, and the cursor goes on from there", async () => {
    const newest = everything.toReversed();
    const { body } = await service.call("GET", "/records?offset=25&limit=10");
    expect(body.items).toEqual(newest.slice(25, 35));
    const next = await service.call("GET", `/records?limit=10&cursor=${body.next_cursor}`);
    expect(next.body.items).toEqual(newest.slice(35, 45));
    const filtered = await readAll("category=order&offset=4", 3);
    expect(filtered).toEqual(newest.filter((item) => item.category === "order").slice(4));
  });

  it("total is exact where counters know it, and null where they do not", async () => {
    const total = async (query: string) => (await service.call("GET", `/records?limit=1&${query}`)).body.total;
    const count = (matches: (item: Item) => boolean) => everything.filter(matches).length;
    expect(await total("")).toBe(60);
    expect(await total("status=failed")).toBe(count((item) => item.status === "failed"));
    expect(await total("category=order")).toBe(count((item) => item.category === "order"));
    expect(await total("source=batch&status=pending")).toBe(
      count((item) => item.source === "batch" && item.status === "pending"),
    );
    expect(await total("category=none")).toBe(0);
    expect(await total("category=order&source=api")).toBeNull();
    expect(await total("created_after=2026-01-01")).toBeNull();
  });

  it("created_after and created_before are inclusive, to the millisecond and with any offset", async () => {
    const at = everything[30]?.created_at ?? "";
    const same = everything.filter((item) => item.created_at === at);
    const oneHourEast = new Date(Date.parse(at) + 3_600_000).toISOString().replace("Z", "+01:00");
    expect(await readAll(`created_after=${at}&created_before=${at}&sort_order=asc`, 50)).toEqual(same);
    expect(
      await readAll(`created_after=${encodeURIComponent(oneHourEast)}&created_before=${at}&sort_order=asc`, 50),
    ).toEqual(same);
    const finer = at.replace("Z", "0001Z");
    expect(await readAll(`created_after=${finer}&created_before=${at}`, 50)).toEqual([]);
  });

  it("400 invalid_cursor for a cursor of another filter, another sort, or changed by one character", async () => {
    const { body } = await service.call("GET", "/records?limit=5");
    const cursor = String(body.next_cursor);
    const changed = `${cursor[0] === "e" ? "f" : "e"}${cursor.slice(1)}`;
    for (const query of [`cursor=${cursor}&category=order`, `cursor=${cursor}&sort_order=asc`, `cursor=${changed}`]) {
      const answer = await service.call("GET", `/records?limit=5&${query}`);
      expect(answer, query).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
    }
  });

  it("serves every path with a trailing slash too", async () => {
    expect((await service.call("GET", "/records/?limit=3")).body.count).toBe(3);
    expect((await service.call("GET", `/records/${everything[0]?.id}/`)).status).toBe(200);
    expect((await service.call("GET", "/reports/summary/")).status).toBe(200);
  });
});

describe("GET /reports/summary", () => {
  it("equals a recount for every filter", async () => {
    const today = everything[0]?.created_at.slice(0, 10) ?? "";
    for (const query of [
      "",
      "status=processed",
      "category=order",
      "status=failed&category=ünï",
      `date_from=${today}`,
      `date_to=${today}`,
    ]) {
      const parameters = new URLSearchParams(query);
      const matching = everything
        .filter((item) => !parameters.has("status") || item.status === parameters.get("status"))
        .filter((item) => !parameters.has("category") || item.category === parameters.get("category"));
      const { body } = await service.call("GET", `/reports/summary?${parameters}`);
      expect(body.total_records, query).toBe(matching.length);
      expect(body.totals).toEqual({ all: body.total_records, ...body.by_status });
      const expected = Object.fromEntries(
        Map.groupBy(matching, (item) => item.category)
          .entries()
          .map(([name, items]) => [name, items.length]),
      );
      expect(body.by_category).toEqual(expected);
    }
  });

  it("counts nothing on other days, and nothing twice in a range", async () => {
    const count = async (query: string) => (await service.call("GET", `/reports/summary?${query}`)).body.total_records;
    expect(await count("date_to=2020-01-01")).toBe(0);
    expect(await count("date_from=2030-01-01")).toBe(0);
    expect(await count("date_from=2020-01-01&date_to=2030-01-01")).toBe(60);
    expect(await count("date_from=2030-01-01&date_to=2020-01-01")).toBe(0);
  });

  it("tells how fresh it is", async () => {
    const { body } = await service.call("GET", "/reports/summary");
    expect(Date.parse(body.as_of)).toBeGreaterThanOrEqual(Date.parse(everything.at(-1)?.created_at ?? ""));
  });
});
