import * as z from "zod";
import { instanceTally } from "#domain/instance-tally.ts";
import type { CountedHead } from "#domain/tally.ts";
import { separator } from "./keys.ts";

const uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** What counting reads of an instance's head. What is left of an erased one has no state. */
const countedInstanceSchema = z.union([
  z.object({
    sk: z.string().regex(new RegExp(`^${uuid}$`)),
    s: z.string().min(1), // state
    g: z.string().regex(new RegExp(`^${uuid}${separator}${uuid}$`)), // machine id TAB id
    u: z.int().min(0), // when it was written last, in milliseconds
    e: z.int().min(0).optional(), // when it came into a final state, in milliseconds
  }),
  z.object({ s: z.undefined().optional(), u: z.int().min(0) }),
]);

/** What the head of an instance says for counting. @throws ZodError for an item that cannot be counted. */
export function instanceTallyOf(image: Readonly<Record<string, unknown>>): CountedHead {
  const head = countedInstanceSchema.parse(image);
  if (head.s === undefined) return { tally: null, changedAtMs: head.u };
  const [machineId = "", id = ""] = head.g.split(separator);
  if (id !== head.sk) throw new Error(`The head of instance ${head.sk} names another in g.`);
  return {
    tally: instanceTally({ id, machineId, stateId: head.s, finishedAtMs: head.e ?? null }),
    changedAtMs: head.u,
  };
}
