import { listWorkflows as route } from "#contract/routes/workflows.ts";
import { workflowSummaryView } from "#contract/workflow-fields.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { positionSchema } from "#store/list-page.ts";
import { listWorkflows, type WorkflowQuery } from "#store/workflow-list.ts";

export const handler = api(route, async (request) => {
  const { limit, offset, cursor, enabled = null, archived, name = "", sort_order } = request.query();
  const query: WorkflowQuery = { enabled, archived, namePrefix: name, forward: sort_order === "asc" };
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: query,
    positionSchema,
    read: async (from) => {
      const { heads, next } = await listWorkflows(query, limit, from);
      return { items: heads.map(workflowSummaryView), next, total: null };
    },
  });
});
