import type { Route } from "./route.ts";
import { definitionSwitchRoutes } from "./routes/definition-switches.ts";
import { definitionVersionRoutes } from "./routes/definition-versions.ts";
import { definitionRoutes } from "./routes/definitions.ts";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { expressionRoutes } from "./routes/expressions.ts";
import { instanceReportRoutes } from "./routes/instance-reports.ts";
import { instanceRoutes } from "./routes/instances.ts";
import { itemReportRoutes } from "./routes/item-reports.ts";
import { itemTransitionRoutes } from "./routes/item-transitions.ts";
import { itemRoutes } from "./routes/items.ts";
import { processJobRoutes } from "./routes/process-jobs.ts";
import { recordBatchRoutes } from "./routes/record-batches.ts";
import { recordRoutes } from "./routes/records.ts";
import { redriveJobRoutes } from "./routes/redrive-jobs.ts";
import { reportRoutes } from "./routes/reports.ts";
import { runReportRoutes } from "./routes/run-reports.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { serviceRoutes } from "./routes/service.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";
import { verifyJobRoutes } from "./routes/verify-jobs.ts";
import { workflowRoutes } from "./routes/workflows.ts";

/** Every route of the service. */
export const routes: readonly Route[] = [
  ...recordRoutes,
  ...recordBatchRoutes,
  ...processJobRoutes,
  ...itemRoutes,
  ...itemTransitionRoutes,
  ...reportRoutes,
  ...runReportRoutes,
  ...itemReportRoutes,
  ...verifyJobRoutes,
  ...runRoutes,
  ...redriveJobRoutes,
  ...workflowRoutes,
  ...subscriptionRoutes,
  ...deliveryRoutes,
  ...definitionRoutes,
  ...definitionVersionRoutes,
  ...definitionSwitchRoutes,
  ...instanceReportRoutes,
  ...instanceRoutes,
  ...secretRoutes,
  ...expressionRoutes,
  ...serviceRoutes,
];
