import { describe, expect, it } from "vitest";
import { recordView } from "#contract/routes/records.ts";
import { newRecord } from "#domain/record.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { insertRecord } from "#store/records.ts";

const id = uuid7(Date.UTC(2026, 10, 21), new Uint8Array(10).fill(7), 3);

describe("a record up to 1 KB", () => {
  it("is one item whose payload is in its head, so that create and process cost one unit each", () => {
    const record = (length: number) =>
      newRecord({ source: "api", category: "order", payload: { text: "x".repeat(length) }, expiresAtMs: null }, id);
    const longest = 1024 - JSON.stringify(recordView(record(0))).length;
    expect(JSON.stringify(recordView(record(longest)))).toHaveLength(1024);
    expect(insertRecord(record(longest))).toHaveLength(1);
  });

  it("has its payload in an item of its own when it is longer", () => {
    const writes = insertRecord(
      newRecord({ source: "api", category: "order", payload: { text: "x".repeat(1_000) }, expiresAtMs: null }, id),
    );
    expect(writes.map((write) => "item" in write && write.item.pk)).toEqual(["record#03", `payload#${id}`]);
    expect(writes.map((write) => "condition" in write && write.condition)).toEqual([
      { absent: true },
      { absent: true },
    ]);
  });
});
