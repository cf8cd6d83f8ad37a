import type { DefinedMachine } from "#domain/machine-definition.ts";
import { machineKey } from "./keys.ts";
import { type HeadPage, listPage, type Position, timeRange } from "./list-page.ts";
import { parseMachine } from "./machine-definitions.ts";
import type { Range } from "./walk.ts";

/** What a list of machines asks for. `namePrefix` "": any. */
export type MachineQuery = { archived: boolean; namePrefix: string; forward: boolean };

/** Reads one page by time of creation, as `listPage` does. */
export function listMachines(query: MachineQuery, limit: number, from: Position): Promise<HeadPage<DefinedMachine>> {
  return listPage<DefinedMachine, Range>(
    {
      family: "machine",
      parts: [timeRange({ createdAfterMs: null, createdBeforeMs: null })],
      forward: query.forward,
      keyOf: machineKey,
      parse: (item) => parseMachine(item).machine,
      matches: ({ archivedAtMs, name }) =>
        (archivedAtMs !== null) === query.archived && name.startsWith(query.namePrefix),
    },
    limit,
    from,
  );
}
