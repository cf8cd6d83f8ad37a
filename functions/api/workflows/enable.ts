import { enableWorkflow } from "#contract/routes/workflows.ts";
import { api } from "#runtime/api.ts";
import { switchWorkflow } from "#runtime/switch-workflow.ts";

export const handler = api(enableWorkflow, (request) => switchWorkflow(request, true));
