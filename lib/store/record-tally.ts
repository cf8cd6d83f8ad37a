import { recordTally } from "#domain/record-tally.ts";
import type { CountedHead } from "#domain/tally.ts";
import { namesOf, parseHead } from "./record-head.ts";

/** What the head of a record says for counting. @throws ZodError for an item that is no head. */
export function recordTallyOf(item: Readonly<Record<string, unknown>>): CountedHead {
  const head = parseHead(item);
  if (head === null) return { tally: null, changedAtMs: Number(item.u) };
  return { tally: recordTally({ id: head.sk, status: head.s, ...namesOf(head) }), changedAtMs: head.u };
}
