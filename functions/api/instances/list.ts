import { instanceSummaryView } from "#contract/instance-view.ts";
import { listInstances as route } from "#contract/routes/instances.ts";
import { totalOfInstances } from "#domain/instance-summary.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { type InstanceQuery, listInstances } from "#store/instance-list.ts";
import { positionSchema } from "#store/list-page.ts";
import { findDefinedMachine } from "#store/machine-definitions.ts";
import { readAllTime } from "#store/read-counters.ts";

/** No definition has it: a list by a name that is none is empty. */
const nobody = "00000000-0000-0000-0000-000000000000";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, ...filters } = request.query();
  const query: InstanceQuery = {
    machineId: filters.definition_id === undefined ? null : await machineIdOf(filters.definition_id),
    stateId: filters.state ?? null,
    createdAfterMs: filters.created_after ?? null,
    createdBeforeMs: filters.created_before ?? null,
    forward: filters.sort_order === "asc",
  };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const [found, counts] = await Promise.all([
        listInstances(query, limit, from, request.nowMs),
        readAllTime("instance"),
      ]);
      const items = found.heads.map(({ instance }) => instanceSummaryView(instance));
      return { items, next: found.next, total: totalOfInstances(counts.counters, query) };
    },
  });
});

async function machineIdOf(text: string): Promise<string> {
  return (await findDefinedMachine(text))?.machine.id ?? nobody;
}
