import { describe, expect, it } from "vitest";
import { createRecord, listRecords, recordSchema, recordView } from "#contract/routes/records.ts";
import { type IngestedRecord, newRecord } from "#domain/record.ts";
import { uuid7 } from "#domain/uuid7.ts";

const createdMs = Date.parse("2026-11-21T09:30:00.000Z");
const input = { source: "api", category: "order", payload: { amount: 99.99 } };
const said = { ...input, expiresAtMs: null };
const pending = newRecord(said, uuid7(createdMs, new Uint8Array(10), 3));
const changed = { ...said, id: pending.id, updatedAtMs: createdMs + 1, version: 2 };
const result = { rule: "order_high_value" };

const records: [IngestedRecord, object][] = [
  [pending, { status: "pending", classification: null, score: null, result: null, error: null, version: 1 }],
  [
    { ...changed, status: "processed", classification: "high_value", score: "0.95", result },
    { status: "processed", classification: "high_value", score: "0.95", result, error: null, version: 2 },
  ],
  [
    { ...changed, status: "failed", error: "no amount" },
    { status: "failed", classification: null, score: null, result: null, error: "no amount", version: 2 },
  ],
];

describe("the body of a record", () => {
  it.each(records)("has every documented member and no other, null where $status has none", (record, members) => {
    const view = recordView(record);
    expect(recordSchema.strict().parse(view)).toEqual(view);
    expect(view).toEqual({
      id: pending.id,
      created_at: "2026-11-21T09:30:00.000Z",
      updated_at: new Date(record.updatedAtMs).toISOString(),
      ...input,
      expires_at: null,
      ...members,
    });
  });
});

describe("the input of a record", () => {
  it("ignores members it does not know: id, status and version are ours", () => {
    const sent = { ...input, id: "mine", status: "processed", version: 9 };
    expect(createRecord.body.parse(sent)).toEqual(said);
  });

  it("takes any JSON object as payload, as it is", () => {
    const payload = { "": null, toString: 1, nested: { list: [1, "a", {}] } };
    expect(createRecord.body.parse({ ...input, payload }).payload).toEqual(payload);
  });

  it.each([
    ["source", undefined],
    ["source", 1],
    ["source", ""],
    ["category", "x".repeat(129)],
    ["payload", undefined],
    ["payload", null],
    ["payload", []],
    ["payload", "{}"],
  ])("is refused for its %s of %j", (member, value) => {
    const parsed = createRecord.body.safeParse({ ...input, [member]: value });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[member]]);
  });

  it("names all that is wrong at once", () => {
    const parsed = createRecord.body.safeParse({});
    expect(parsed.error?.issues.map(({ path }) => path[0]).sort()).toEqual(["category", "payload", "source"]);
  });
});

describe("the query of the list", () => {
  it("asks by default for 50, the newest first", () => {
    expect(listRecords.query.parse({})).toEqual({ limit: 50, offset: 0, sort_by: "created_at", sort_order: "desc" });
  });

  it.each([
    ["status", "done"],
    ["status", "PENDING"],
    ["sort_by", "payload"],
    ["sort_order", "up"],
    ["category", "a\tb"],
    ["created_after", "2026-02-30"],
    ["cursor", ""],
  ])("is refused for %s=%j", (name, value) => {
    const parsed = listRecords.query.safeParse({ [name]: value });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });
});
