import { expect, it } from "vitest";
import { allSkipped } from "#domain/all-skipped.ts";
import { newInstance } from "#domain/instance.ts";
import { uuid7 } from "#domain/uuid7.ts";
import { madeDefinition } from "#test/made-definition.ts";

const startedMs = Date.parse("2026-11-21T09:00:00Z");
const id = uuid7(startedMs, new Uint8Array(10), 0);
const started = newInstance({ id, ownId: null }, { id, ownId: null, definitionVersion: 1 }, madeDefinition());
const reasonsOf = (count: number) => {
  const skips = Array.from({ length: count }, (_, index) => ({ actionId: `a${index}`, reason: `why ${index}` }));
  const { count: counted, tail } = allSkipped(started, skips, startedMs + 5).history;
  return { counted, told: tail.map((entry) => (entry.type === "skipped" ? [entry.actionId, entry.reason] : null)) };
};

it("tells each of twenty that were skipped, and why", () => {
  const told = Array.from({ length: 20 }, (_, index) => [`a${index}`, `why ${index}`]);
  expect(reasonsOf(20)).toEqual({ counted: 20, told });
  expect(reasonsOf(1)).toEqual({ counted: 1, told: told.slice(0, 1) });
  expect(reasonsOf(0)).toEqual({ counted: 0, told: [] });
});

it("tells how many more there were than twenty", () => {
  const { counted, told } = reasonsOf(500);
  expect(counted).toBe(20);
  expect(told.at(-2)).toEqual(["a18", "why 18"]);
  expect(told.at(-1)).toEqual(["a19", "why 19 (as were 480 more that were due with it)"]);
});
