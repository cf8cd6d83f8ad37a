import type { Route } from "./route.ts";
import { processJobRoutes } from "./routes/process-jobs.ts";
import { recordBatchRoutes } from "./routes/record-batches.ts";
import { recordRoutes } from "./routes/records.ts";
import { reportRoutes } from "./routes/reports.ts";
import { serviceRoutes } from "./routes/service.ts";
import { verifyJobRoutes } from "./routes/verify-jobs.ts";

/** Every route of the service. */
export const routes: readonly Route[] = [
  ...recordRoutes,
  ...recordBatchRoutes,
  ...processJobRoutes,
  ...reportRoutes,
  ...verifyJobRoutes,
  ...serviceRoutes,
];
