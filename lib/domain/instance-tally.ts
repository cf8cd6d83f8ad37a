import { dayOf } from "./instant.ts";
import type { Tally } from "./tally.ts";
import { uuid7TimeMs } from "./uuid7.ts";

/** How instances are counted: `finished` once they are in a final state. Their states have names of their own. */
export const instanceStatuses = ["active", "finished"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

/** How an instance is counted: by definition, and by definition and state together. */
export function instanceTally(instance: {
  id: string;
  machineId: string;
  stateId: string;
  finishedAtMs: number | null;
}): Tally {
  const { id, machineId, stateId, finishedAtMs } = instance;
  return {
    family: "instance",
    day: dayOf(uuid7TimeMs(id)),
    status: finishedAtMs === null ? "active" : "finished",
    values: { definition: machineId, state: stateValue(machineId, stateId) },
    durationMs: null,
  };
}

/** The value that counts a state of a definition. */
export function stateValue(machineId: string, stateId: string): string {
  return `${machineId}/${stateId}`;
}
