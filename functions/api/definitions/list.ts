import { machineSummaryView } from "#contract/machine-fields.ts";
import { listDefinitions as route } from "#contract/routes/definitions.ts";
import { totalIn } from "#domain/tabulate.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { positionSchema } from "#store/list-page.ts";
import { listMachines, type MachineQuery } from "#store/machine-list.ts";
import { readAllTime } from "#store/read-counters.ts";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, archived, name = "", sort_order } = request.query();
  const query: MachineQuery = { archived, namePrefix: name, forward: sort_order === "asc" };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const [{ heads, next }, { counters }] = await Promise.all([
        listMachines(query, limit, from),
        readAllTime("machine"),
      ]);
      const counted = { status: archived ? "archived" : "active", value: null };
      const total = name === "" ? totalIn(counters, "machine", counted) : null;
      return { items: heads.map(machineSummaryView), next, total };
    },
  });
});
