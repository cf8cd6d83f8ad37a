import { errorTable } from "#contract/errors.ts";
import type { Entry } from "#contract/json-entries.ts";
import { createRecords, type RecordOutcome, recordBatchView } from "#contract/routes/record-batches.ts";
import { DomainError } from "#domain/domain-error.ts";
import { inParallel } from "#domain/in-parallel.ts";
import { newRecord, type RecordInput } from "#domain/record.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { type OperationNames, operation } from "#runtime/operation.ts";
import { currentContext } from "#runtime/request-context.ts";
import { domainErrorOf } from "#runtime/respond.ts";
import { commit } from "#store/commit.ts";
import { insertRecord } from "#store/records.ts";

/** About what a new table takes of one writer: more at once would only be throttled. */
const writesAtOnceMax = 25;
/** No write begins later than this, so that its retries end, and the answer is given, in the function's time. */
const writingMs = 10_000;

export const handler = api(createRecords, async (request) => {
  const entries = request.entries();
  const endsAt = performance.now() + writingMs;
  return operation(request, async (names) => {
    const outcomes = await inParallel(entries, writesAtOnceMax, (entry, index) => create(entry, index, names, endsAt));
    return { answer: json(recordBatchView(outcomes)), complete: outcomes.every(isDefinite) };
  });
});

async function create(
  entry: Entry<RecordInput>,
  index: number,
  names: OperationNames,
  endsAt: number,
): Promise<RecordOutcome> {
  try {
    if (!entry.ok) throw entry.error;
    const record = newRecord(entry.value, names.id(index));
    if (performance.now() > endsAt) throw new DomainError("service_unavailable", "There was no time left for it.");
    const by = { writeId: names.writeId(index), requestId: currentContext()?.requestId ?? "" };
    await commit(insertRecord(record), by); // refused or not, it is there: nobody else makes this id
    return { ok: true, record };
  } catch (error) {
    return { ok: false, error: domainErrorOf(error) };
  }
}

/** False where a repeat may end otherwise. */
function isDefinite(outcome: RecordOutcome): boolean {
  return outcome.ok || errorTable[outcome.error.code].status < 500;
}
