import { dayOf } from "./instant.ts";
import type { Tally } from "./tally.ts";
import { uuid7TimeMs } from "./uuid7.ts";

export const machineStatuses = ["active", "archived"] as const;
export type MachineStatus = (typeof machineStatuses)[number];

/** How a machine is counted: by status alone, its one dimension has the one value `all`. */
export function machineTally({ id, status }: { id: string; status: MachineStatus }): Tally {
  return { family: "machine", day: dayOf(uuid7TimeMs(id)), status, values: { machine: "all" }, durationMs: null };
}
