import { describe, expect, it } from "vitest";
import type { HistoryEntry, InstanceHappening } from "#domain/history.ts";
import { historyText, longDetails, parseHistoryText, withDetails } from "#store/history-text.ts";

const execution = {
  type: "executed",
  actionId: "go",
  fromStateId: "a",
  toStateId: "b",
  by: "me",
  runId: null,
} as const;
const happenings: InstanceHappening[] = [
  { ...execution, comment: null, details: null },
  { ...execution, toStateId: "a", comment: "why", details: { input: [1, null], data: null }, runId: "r" },
  { ...execution, comment: null, details: { input: undefined, data: { amount: 1 } } },
  { type: "commented", by: "me", comment: "hm" },
  { type: "migrated", by: "me", fromVersion: 1, toVersion: 3, fromStateId: "a", toStateId: "c" },
  { type: "escalated", stateId: "a" },
  { type: "skipped", actionId: "go", stateId: "a", reason: "disabled" },
];
const entries = happenings.map(
  (happening, at): HistoryEntry => ({ sequence: 5 + at, version: 9 + at, atMs: 1_000 + at, ...happening }),
);
const alone = (entry: HistoryEntry) => ({ entry, detailsBytes: null });

describe("the text of a history", () => {
  it("gives every kind of entry back as it was, with its number", () => {
    const text = historyText(entries.map(alone));
    expect(parseHistoryText(text, 11)).toEqual(entries.map(alone));
  });

  it("leaves out what is long, which comes back from where it lies", () => {
    const input = { text: "x".repeat(500) };
    const entry: HistoryEntry = {
      ...(entries[0] as HistoryEntry & { type: "executed" }),
      comment: "c",
      details: { input, data: null },
    };
    const long = longDetails(entry) ?? "";
    const [placed] = parseHistoryText(historyText([{ entry, detailsBytes: long.length }]), 5);
    expect(placed).toMatchObject({ detailsBytes: long.length, entry: { comment: null, details: null } });
    expect(withDetails(placed?.entry as HistoryEntry, long)).toEqual(entry);
  });
});
