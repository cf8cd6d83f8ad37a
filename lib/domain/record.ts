import { type ClassificationRules, classify } from "./classification.ts";
import { DomainError } from "./domain-error.ts";
import { assertMove, type Moves } from "./moves.ts";
import { uuid7TimeMs } from "./uuid7.ts";

export const recordStatuses = ["pending", "processed", "failed"] as const;
export type RecordStatus = (typeof recordStatuses)[number];

const moves: Moves<RecordStatus> = { pending: ["processed", "failed"], processed: [], failed: [] };

/** What a client says of a record. `payload` is any JSON object; `expiresAtMs` is when it may be forgotten (null: never). */
export type RecordInput = {
  source: string;
  category: string;
  payload: Record<string, unknown>;
  expiresAtMs: number | null;
};

type Common = RecordInput & { id: string; updatedAtMs: number; version: number };

/** A record, by status, so that a pending one has no result and a failed one no classification. */
export type IngestedRecord = Common &
  (
    | { status: "pending" }
    | { status: "processed"; classification: string; score: string; result: { rule: string } }
    | { status: "failed"; error: string }
  );

/**
 * The record as it is when created: pending, version 1. Its creation time is in its id.
 *
 * @throws DomainError `validation_failed` when it would have expired by then.
 */
export function newRecord(input: RecordInput, id: string): IngestedRecord {
  if (input.expiresAtMs !== null && input.expiresAtMs <= uuid7TimeMs(id)) {
    const errors = [{ path: "expires_at", message: "must be in the future" }];
    throw new DomainError("validation_failed", "expires_at must be in the future", { errors });
  }
  return { id, ...input, status: "pending", updatedAtMs: uuid7TimeMs(id), version: 1 };
}

/** Milliseconds since the epoch at which the record was created. */
export function createdAtMs(record: { id: string }): number {
  return uuid7TimeMs(record.id);
}

/**
 * Processes a pending record once: `processed` with a classification, or `failed` with the reason.
 *
 * @throws DomainError `state_conflict` when the record is no longer pending.
 */
export function processRecord(record: IngestedRecord, rules: ClassificationRules, nowMs: number): IngestedRecord {
  const outcome = classify(rules, record.category, record.payload);
  assertMove(moves, record.status, outcome.ok ? "processed" : "failed", "Record already processed");
  const { id, source, category, payload, expiresAtMs } = record;
  const common = { id, source, category, payload, expiresAtMs, updatedAtMs: nowMs, version: record.version + 1 };
  if (!outcome.ok) return { ...common, status: "failed", error: outcome.error };
  const { rule, classification, score } = outcome;
  return { ...common, status: "processed", classification, score, result: { rule } };
}
