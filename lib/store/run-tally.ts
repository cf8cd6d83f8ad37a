import * as z from "zod";
import { type RunStatus, runStatuses } from "#domain/run.ts";
import { runTally } from "#domain/run-tally.ts";
import type { CountedHead } from "#domain/tally.ts";
import { separator } from "./keys.ts";

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const common = {
  sk: z.string().regex(new RegExp(`^${uuid}$`)),
  g: z.string().regex(new RegExp(`^${uuid}${separator}${uuid}$`)), // workflow id TAB id
  u: z.int().min(0), // when it was written last, in milliseconds
};
const finished = ["SUCCESS", "FAILED", "CANCELLED"] as const satisfies RunStatus[];

/** What counting reads of a run's head, and of what is left of an erased one. */
const countedRunSchema = z.discriminatedUnion("s", [
  z.object({ ...common, s: z.enum(runStatuses).exclude([...finished]), e: z.undefined().optional() }),
  z.object({ ...common, s: z.enum(finished), e: z.int().min(0) }), // when it ended, in milliseconds
  z.object({ s: z.literal("erased"), u: common.u }),
]);

/**
 * What the head of a run says for counting.
 *
 * @throws ZodError for an item that cannot be counted: an unknown status, or an end that does not go with it.
 */
export function runTallyOf(image: Readonly<Record<string, unknown>>): CountedHead {
  const head = countedRunSchema.parse(image);
  if (head.s === "erased") return { tally: null, changedAtMs: head.u };
  const [workflowId = "", id = ""] = head.g.split(separator);
  if (id !== head.sk) throw new Error(`The head of run ${head.sk} names another in g.`);
  return { tally: runTally({ id, status: head.s, workflowId, finishedAtMs: head.e ?? null }), changedAtMs: head.u };
}
