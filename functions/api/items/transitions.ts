import { errorTable } from "#contract/errors.ts";
import type { Entry } from "#contract/json-entries.ts";
import {
  type AskedTransition,
  changeItems,
  type TransitionOutcome,
  transitionsView,
} from "#contract/routes/item-transitions.ts";
import { DomainError } from "#domain/domain-error.ts";
import { inParallel } from "#domain/in-parallel.ts";
import { api } from "#runtime/api.ts";
import type { ApiRequest } from "#runtime/api-request.ts";
import { json } from "#runtime/http-answer.ts";
import { changeItem } from "#runtime/items/change-item.ts";
import { type OperationNames, operation } from "#runtime/operation.ts";
import { domainErrorOf } from "#runtime/respond.ts";

const changesAtOnceMax = 25;
/** No change begins later than this, so that its retries end, and the answer is given, in the function's time. */
const changingMs = 10_000;

type Asked = { entry: Entry<AskedTransition>; index: number };

export const handler = api(changeItems, async (request) => {
  const entries: Asked[] = request.entries().map((entry, index) => ({ entry, index }));
  const endsAt = performance.now() + changingMs;
  return operation(request, async (names) => {
    const outcomes: TransitionOutcome[] = [];
    // Entries of one item wait for one another, since each is judged by what the one before made of it.
    const byItem = Map.groupBy(entries, ({ entry, index }) => (entry.ok ? entry.value.id.toLowerCase() : index));
    await inParallel([...byItem.values()], changesAtOnceMax, async (own) => {
      for (const asked of own) outcomes[asked.index] = await change(asked, request, names, endsAt);
    });
    return { answer: json(transitionsView(outcomes)), complete: outcomes.every(isDefinite) };
  });
});

async function change(
  { entry, index }: Asked,
  { caller, requestId }: ApiRequest,
  names: OperationNames,
  endsAt: number,
): Promise<TransitionOutcome> {
  try {
    if (!entry.ok) throw entry.error;
    if (performance.now() > endsAt) throw new DomainError("service_unavailable", "There was no time left for it.");
    const { id, status, versions } = entry.value;
    const by = { writeId: names.writeId(index), requestId, name: caller.name, nowMs: Date.now() };
    const head = await changeItem(id, { status }, versions, by);
    return { ok: true, id: head.sk, status: head.s, version: head.v };
  } catch (error) {
    return { ok: false, error: domainErrorOf(error) };
  }
}

/** False where a repeat may end otherwise. */
function isDefinite(outcome: TransitionOutcome): boolean {
  return outcome.ok || errorTable[outcome.error.code].status < 500;
}
