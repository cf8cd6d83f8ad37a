import { expect, it } from "vitest";
import { recordTally } from "#domain/record-tally.ts";
import { uuid7 } from "#domain/uuid7.ts";

it.each([
  ["2026-11-21T00:00:00.000Z", "2026-11-21"],
  ["2026-11-21T23:59:59.999Z", "2026-11-21"],
])("a record made at %s counts on the UTC day %s, by category and source", (time, day) => {
  const id = uuid7(Date.parse(time), new Uint8Array(10), 0);
  expect(recordTally({ id, status: "pending", category: "order", source: "api" })).toEqual({
    family: "record",
    day,
    status: "pending",
    values: { category: "order", source: "api" },
    durationMs: null,
  });
});
