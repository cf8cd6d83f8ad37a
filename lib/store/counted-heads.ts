import type { FamilyName } from "#domain/counted-family.ts";
import type { CountedHead } from "#domain/tally.ts";
import { instanceTallyOf } from "./instance-tally.ts";
import { itemTallyOf } from "./item-tally.ts";
import { machineTallyOf } from "./machine-tally.ts";
import { recordTallyOf } from "./record-tally.ts";
import { runTallyOf } from "./run-tally.ts";

/** What a head of each counted family says for counting, by an item or a stream image of it. Each throws for what cannot be counted. */
export const countedHeads: Record<FamilyName, (item: Readonly<Record<string, unknown>>) => CountedHead> = {
  record: recordTallyOf,
  run: runTallyOf,
  item: itemTallyOf,
  instance: instanceTallyOf,
  machine: machineTallyOf,
};
