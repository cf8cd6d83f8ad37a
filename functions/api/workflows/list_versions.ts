import { listWorkflowVersions } from "#contract/routes/workflows.ts";
import { definitionVersionView } from "#contract/workflow-fields.ts";
import { api } from "#runtime/api.ts";
import { page } from "#runtime/page.ts";
import { listDefinitions } from "#store/definitions.ts";
import { versionPositionSchema } from "#store/versioned-definitions.ts";
import { loadWorkflow } from "#store/workflows.ts";

export const handler = api(listWorkflowVersions, async (request) => {
  const { workflow } = await loadWorkflow(request.param("id"));
  const { limit, offset, cursor } = request.query();
  return page(request, {
    window: { limit, offset, cursor: cursor ?? null },
    scope: workflow.id,
    positionSchema: versionPositionSchema,
    read: async (from) => {
      const { versions, next } = await listDefinitions(workflow, limit, from);
      const items = versions.map((version) => definitionVersionView(workflow.id, version));
      return { items, next, total: workflow.definitionVersion };
    },
  });
});
