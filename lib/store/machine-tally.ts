import { machineTally } from "#domain/machine-tally.ts";
import type { CountedHead } from "#domain/tally.ts";
import { parseMachine } from "./machine-definitions.ts";

/** What the head of a machine says for counting. @throws ZodError for an item that is no head. */
export function machineTallyOf(item: Readonly<Record<string, unknown>>): CountedHead {
  const { id, archivedAtMs, updatedAtMs } = parseMachine(item).machine;
  const tally = machineTally({ id, status: archivedAtMs === null ? "active" : "archived" });
  return { tally, changedAtMs: updatedAtMs };
}
