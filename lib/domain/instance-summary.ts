import { type InstanceStatus, instanceStatuses, stateValue } from "./instance-tally.ts";
import { tabulate, totalIn } from "./tabulate.ts";
import { otherName } from "./tally.ts";

/** Counts of the instances of a definition. */
export type InstanceCounts = { total: number; byStatus: Record<InstanceStatus, number>; byState: Map<string, number> };

/** Counts of instances, in all and by the id of their definition. */
export type InstanceTable = {
  all: number;
  byStatus: Record<InstanceStatus, number>;
  byDefinition: Map<string, InstanceCounts>;
};

/**
 * Counts of instances by definition, and there by state, of one definition (null: of all). States past those that are
 * counted by name are together under the definition `other`.
 */
export function summarizeInstances(counters: ReadonlyMap<string, number>, machineId: string | null): InstanceTable {
  const none = { status: null, value: null };
  const definitions = tabulate(counters, "definition", instanceStatuses, { status: null, value: machineId });
  const states = tabulate(counters, "state", instanceStatuses, none);
  const byDefinition = new Map<string, InstanceCounts>();
  for (const [id, { total, byStatus }] of definitions.byValue) {
    byDefinition.set(id, { total, byStatus, byState: new Map() });
  }
  for (const [value, { total }] of states.byValue) {
    const { definition, state } = partsOf(value);
    byDefinition.get(definition)?.byState.set(state, total);
  }
  return { all: definitions.all, byStatus: definitions.byStatus, byDefinition };
}

/** What a list of instances asks for, as far as counting knows it; null: any. */
type Asked = {
  machineId: string | null;
  stateId: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number | null;
};

/** How many instances match in all; null where the counters cannot tell: at some times, or in a state of any definition. */
export function totalOfInstances(counters: ReadonlyMap<string, number>, asked: Asked): number | null {
  const { machineId, stateId, createdAfterMs, createdBeforeMs } = asked;
  if (createdAfterMs !== null || createdBeforeMs !== null) return null;
  if (stateId === null) return totalIn(counters, "definition", { status: null, value: machineId });
  if (machineId === null) return null;
  return totalIn(counters, "state", { status: null, value: stateValue(machineId, stateId) });
}

function partsOf(value: string): { definition: string; state: string } {
  const at = value.indexOf("/");
  return at === -1
    ? { definition: otherName, state: otherName }
    : { definition: value.slice(0, at), state: value.slice(at + 1) };
}
