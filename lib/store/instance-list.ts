import { type LoadedInstance, liveInstance } from "./instance-head.ts";
import { instanceKey } from "./keys.ts";
import {
  type CreatedWithin,
  type HeadPage,
  isWithin,
  listPage,
  namedRange,
  type Position,
  timeRange,
} from "./list-page.ts";
import type { Range } from "./walk.ts";

/** What a list of instances asks for, the newest first unless `forward`; null: any. */
export type InstanceQuery = CreatedWithin & { machineId: string | null; stateId: string | null; forward: boolean };

/** Reads one page, as `listPage` does. A state has no index: instances pass through many. */
export function listInstances(
  query: InstanceQuery,
  limit: number,
  from: Position,
  nowMs: number,
): Promise<HeadPage<LoadedInstance>> {
  const { machineId, stateId } = query;
  return listPage<LoadedInstance, Range>(
    {
      family: "instance",
      parts: [machineId === null ? timeRange(query) : namedRange("group", machineId, query)],
      forward: query.forward,
      keyOf: instanceKey,
      parse: (item) => liveInstance(item, nowMs),
      matches: ({ instance }) =>
        (machineId === null || instance.machineId === machineId) &&
        (stateId === null || instance.stateId === stateId) &&
        isWithin(instance.id, query),
    },
    limit,
    from,
  );
}
