import { beforeAll, describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { workItems } from "#test/work-items.ts";

const service = await startService({ clock: "virtual" });
const { create, put, remove, list } = workItems(service);
const titles = (body: { items: { title: string }[] }) => body.items.map(({ title }) => title);

/** Title, assignee, day that it is due, and the statuses it goes through. */
const made: readonly [string, string | null, string | null, string[]][] = [
  ["Invoice 1", "ada", "2026-12-01", []],
  ["invoice 2", "ada", "2026-12-02", ["IN_PROGRESS"]],
  ["INVOICE 3", "bob", null, ["IN_PROGRESS", "COMPLETED"]],
  ["Order", "bob", "2026-12-03", ["CANCELLED"]],
  ["Ärger im Büro", null, null, []],
  ["Invoice with a title that is longer than its index key: A", "ada", null, ["CANCELLED"]],
  ["Invoice with a title that is longer than its index key: B", "bob", null, []],
];
const ids: string[] = [];

beforeAll(async () => {
  for (const [title, assignee, due_at, statuses] of made) {
    const { id } = (await create({ title, assignee, due_at })).body;
    ids.push(id);
    for (const status of statuses) await put(id, { status });
    await service.clock.advance(1_000); // ids of one millisecond have no order
  }
  const { id } = (await create({ title: "Invoice that is gone", assignee: "ada" })).body;
  await remove(id);
  await service.settle();
});

describe("GET /workflow_items", () => {
  it.each([
    ["", made.map(([title]) => title).toReversed()],
    ["sort_order=asc", made.map(([title]) => title)],
    ["status=CREATED", ["Invoice with a title that is longer than its index key: B", "Ärger im Büro", "Invoice 1"]],
    ["status=in_progress", ["invoice 2"]],
    ["status=CANCELLED", ["Invoice with a title that is longer than its index key: A", "Order"]],
    ["assignee=ada", ["Invoice with a title that is longer than its index key: A", "invoice 2", "Invoice 1"]],
    ["assignee=ADA", []],
    ["assignee=ada&status=CANCELLED", ["Invoice with a title that is longer than its index key: A"]],
    ["title=INVOICE%20", ["Invoice 1", "invoice 2", "INVOICE 3", made[5]?.[0], made[6]?.[0]]],
    ["title=invoice&sort_order=desc&limit=2", [made[6]?.[0], made[5]?.[0]]],
    ["title=invoice&sort_by=created_at", [made[6]?.[0], made[5]?.[0], "INVOICE 3", "invoice 2", "Invoice 1"]],
    ["title=Invoice%20with%20a%20title%20that%20is%20longer%20than%20its%20index%20key:%20b", [made[6]?.[0]]],
    ["title=%C3%84RGER", ["Ärger im Büro"]],
    ["title=A%CC%88rger", ["Ärger im Büro"]],
    ["title=nvoice", []],
    ["title=invoice&assignee=bob", ["INVOICE 3", made[6]?.[0]]],
    ["due_before=2026-12-02", ["invoice 2", "Invoice 1"]],
    ["due_before=2026-12-01T23:59:59Z", ["Invoice 1"]],
    ["created_after=2099-01-01", []],
    ["sort_by=title", ["Invoice 1", "invoice 2", "INVOICE 3", made[5]?.[0], made[6]?.[0], "Order", "Ärger im Büro"]],
  ])("200 for %s", async (query, expected) => {
    expect(titles(await list(query))).toEqual(expected);
  });

  it.each([
    ["İstanbul branch", ["istanbul", "ISTANBUL B", "İSTANBUL", "i\u0307stanbul"]],
    ["Straße 12", ["strasse", "STRASSE 1", "straße", "STRA"]],
    ["ΟΔΟΣ 7", ["οδος", "οδοσ 7", "Οδ"]],
  ])("200 finds %s in whatever case its beginning is written", async (title, searched) => {
    const { id } = (await create({ title })).body;
    for (const text of searched) expect(titles(await list(`title=${encodeURIComponent(text)}`)), text).toEqual([title]);
    await remove(id);
  });

  it("200 follows what an item is called, and who has it, as they change", async () => {
    const { id } = (await create({ title: "Moving", assignee: "cyd" })).body;
    await put(id, { title: "Elsewhere", assignee: "dan" });
    expect(titles(await list("title=moving"))).toEqual([]);
    expect(titles(await list("title=else"))).toEqual(["Elsewhere"]);
    expect(titles(await list("assignee=cyd"))).toEqual([]);
    expect(titles(await list("assignee=dan"))).toEqual(["Elsewhere"]);
    await put(id, { assignee: null });
    expect(titles(await list("assignee=dan"))).toEqual([]);
    await remove(id);
    expect(titles(await list("title=else"))).toEqual([]);
  });

  it("200 pages through all by a cursor, whatever the order", async () => {
    for (const query of ["sort_order=desc", "sort_by=title", "assignee=ada", "title=invoice", "status=CREATED"]) {
      const whole = titles(await list(`${query}&limit=200`));
      const paged: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = await list(`${query}&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
        paged.push(...titles(page));
        cursor = page.next_cursor;
      }
      expect(paged).toEqual(whole);
    }
  });

  it("200 with an exact total by status alone, once the stream is drained, and null otherwise", async () => {
    await service.settle();
    expect((await list("")).total).toBe(made.length);
    expect((await list("status=CREATED")).total).toBe(3);
    for (const query of ["assignee=ada", "title=i", "due_before=2026-12-02", "created_after=2020-01-01"]) {
      expect((await list(query)).total).toBeNull();
    }
  });

  it("200 shows long descriptions", async () => {
    const description = "x".repeat(9_000);
    const { id } = (await create({ title: "Long", description })).body;
    expect((await list("title=long")).items).toMatchObject([{ id, description }]);
    expect((await list("limit=1")).items).toMatchObject([{ id, description }]);
    await remove(id);
  });

  it.each([
    [422, "validation_failed", "status=open"],
    [422, "validation_failed", "due_before=2026-02-30"],
    [422, "validation_failed", "sort_by=status"],
    [422, "validation_failed", "offset=-1"],
    [400, "malformed_query", "assignee="],
    [400, "malformed_query", "title=%20"],
    [400, "invalid_cursor", "cursor=x"],
  ])("%i %s for %s", async (status, code, query) => {
    expect(await service.call("GET", `/workflow_items?${query}`)).toMatchObject({ status, body: { code } });
  });
});
