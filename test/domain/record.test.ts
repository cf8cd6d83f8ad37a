import { describe, expect, it } from "vitest";
import { classificationRulesSchema } from "#domain/classification.ts";
import defaultRules from "#domain/classification-rules.json" with { type: "json" };
import { createdAtMs, type IngestedRecord, newRecord, processRecord } from "#domain/record.ts";
import { uuid7 } from "#domain/uuid7.ts";

const rules = classificationRulesSchema.parse(defaultRules);
const createdMs = Date.parse("2026-11-21T09:30:00.123Z");
const id = uuid7(createdMs, new Uint8Array(10), 3);

function pending(payload: Record<string, unknown>): IngestedRecord {
  return newRecord({ source: "api", category: "order", payload, expiresAtMs: null }, id);
}

describe("a new record", () => {
  it("is pending, at version 1, created and updated at the time of its id", () => {
    expect(pending({ amount: 99.99 })).toEqual({
      id,
      source: "api",
      category: "order",
      payload: { amount: 99.99 },
      expiresAtMs: null,
      status: "pending",
      updatedAtMs: createdMs,
      version: 1,
    });
    expect(createdAtMs({ id })).toBe(createdMs);
  });
});

describe("processing", () => {
  it("gives a class, a score and the rule that decided, and makes the next version", () => {
    expect(processRecord(pending({ amount: 99.99 }), rules, createdMs + 5)).toEqual({
      ...pending({ amount: 99.99 }),
      status: "processed",
      classification: "high_value",
      score: "0.95",
      result: { rule: "order_high_value" },
      updatedAtMs: createdMs + 5,
      version: 2,
    });
  });

  it("fails a record whose payload a rule cannot read, with the reason", () => {
    expect(processRecord(pending({ amount: "much" }), rules, createdMs + 5)).toEqual({
      ...pending({ amount: "much" }),
      status: "failed",
      error: expect.stringContaining("payload.amount must be a number"),
      updatedAtMs: createdMs + 5,
      version: 2,
    });
  });

  it("leaves the record it was given as it was", () => {
    const record = pending({ amount: 99.99 });
    processRecord(record, rules, createdMs + 5);
    expect(record).toEqual(pending({ amount: 99.99 }));
  });

  it.each([
    ["processed", { amount: 99.99 }],
    ["failed", { amount: "much" }],
  ])("409 state_conflict when the record is already %s: it happens once", (status, payload) => {
    const record = processRecord(pending(payload), rules, createdMs + 5);
    expect(record.status).toBe(status);
    expect(() => processRecord(record, rules, createdMs + 6)).toThrow(
      expect.objectContaining({ code: "state_conflict", message: "Record already processed" }),
    );
  });
});
