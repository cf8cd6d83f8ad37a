import { instanceStatuses } from "./instance-tally.ts";
import { machineStatuses } from "./machine-tally.ts";
import { recordStatuses } from "./record.ts";
import { runStatuses } from "./run.ts";
import { itemStatuses } from "./work-item.ts";

/** How the members of a family are counted. Codes are what stands for a name in counter items: they may never change. */
type CountedFamily = {
  statuses: readonly string[];
  /** What members are counted by, beside their status, each with its code. No two families share one: names are numbered by it. */
  dimensions: Readonly<Record<string, string>>;
  /** The statuses in which a member has a duration, each with its code, and the dimension durations are kept by. Null: none have. */
  durations: { by: string; statuses: Readonly<Record<string, string>> } | null;
};

/** Every family that is counted. How its members are read is in `lib/store/counted-heads.ts`. */
export const countedFamilies = {
  record: {
    statuses: recordStatuses,
    dimensions: { category: "c", source: "s" },
    durations: null,
  },
  run: {
    statuses: runStatuses,
    dimensions: { workflow: "w" },
    durations: { by: "workflow", statuses: { SUCCESS: "s", FAILED: "f", CANCELLED: "c" } },
  },
  // Work items are counted by status alone: their one dimension has the one value `all`.
  item: { statuses: itemStatuses, dimensions: { item: "i" }, durations: null },
  instance: { statuses: instanceStatuses, dimensions: { definition: "d", state: "t" }, durations: null },
  machine: { statuses: machineStatuses, dimensions: { machine: "m" }, durations: null },
} as const satisfies Record<string, CountedFamily>;

export type FamilyName = keyof typeof countedFamilies;

export const familyNames = Object.keys(countedFamilies) as FamilyName[];

/** How a family is counted, whichever it is. */
export function countedFamily(family: FamilyName): CountedFamily {
  return countedFamilies[family];
}
