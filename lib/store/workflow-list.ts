import type { Workflow } from "#domain/workflow.ts";
import { workflowKey } from "./keys.ts";
import { type HeadPage, listPage, type Position, timeRange } from "./list-page.ts";
import type { Range } from "./walk.ts";
import { parseWorkflow } from "./workflows.ts";

/** What a list of workflows asks for. `enabled` null: either; `namePrefix` "": any. */
export type WorkflowQuery = { enabled: boolean | null; archived: boolean; namePrefix: string; forward: boolean };

/** Reads one page by time of creation, as `listPage` does. */
export function listWorkflows(query: WorkflowQuery, limit: number, from: Position): Promise<HeadPage<Workflow>> {
  return listPage<Workflow, Range>(
    {
      family: "workflow",
      parts: [timeRange({ createdAfterMs: null, createdBeforeMs: null })],
      forward: query.forward,
      keyOf: workflowKey,
      parse: (item) => parseWorkflow(item).workflow,
      matches: ({ enabled, archivedAtMs, name }) =>
        (query.enabled === null || enabled === query.enabled) &&
        (archivedAtMs !== null) === query.archived &&
        name.startsWith(query.namePrefix),
    },
    limit,
    from,
  );
}
