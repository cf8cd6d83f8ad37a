import { listRuns as route } from "#contract/routes/runs.ts";
import { runSummaryView } from "#contract/run-view.ts";
import { totalOfRuns } from "#domain/run-summary.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { positionSchema } from "#store/list-page.ts";
import { readAllTime } from "#store/read-counters.ts";
import { listRuns, type RunQuery } from "#store/run-list.ts";
import { findWorkflow } from "#store/workflows.ts";

/** No workflow has it: a list by a name that is none is empty. */
const nobody = "00000000-0000-0000-0000-000000000000";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, ...filters } = request.query();
  const query: RunQuery = {
    workflowId: filters.workflow_id === undefined ? null : await workflowIdOf(filters.workflow_id),
    status: filters.status ?? null,
    tag: filters.tag ?? null,
    createdAfterMs: filters.started_after ?? null,
    createdBeforeMs: filters.started_before ?? null,
    forward: filters.sort_order === "asc",
  };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const [found, counts] = await Promise.all([listRuns(query, limit, from, request.nowMs), readAllTime("run")]);
      const items = found.heads.map(({ run }) => runSummaryView(run));
      return { items, next: found.next, total: totalOfRuns(counts.counters, query) };
    },
  });
});

async function workflowIdOf(text: string): Promise<string> {
  return (await findWorkflow(text))?.workflow.id ?? nobody;
}
