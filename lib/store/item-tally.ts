import * as z from "zod";
import { itemTally } from "#domain/item-tally.ts";
import type { CountedHead } from "#domain/tally.ts";
import { itemStatuses } from "#domain/work-item.ts";

/** What counting reads of a work item's head, and of what is left of an erased one. */
const countedItemSchema = z.object({
  sk: z.uuid(),
  s: z.enum([...itemStatuses, "erased"]),
  u: z.int().min(0), // when it was written last, in milliseconds
});

/** What the head of a work item says for counting. @throws ZodError for an item that cannot be counted. */
export function itemTallyOf(image: Readonly<Record<string, unknown>>): CountedHead {
  const { sk: id, s: status, u: changedAtMs } = countedItemSchema.parse(image);
  return { tally: status === "erased" ? null : itemTally({ id, status }), changedAtMs };
}
