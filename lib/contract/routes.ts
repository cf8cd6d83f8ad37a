import type { Route } from "./route.ts";
import { processJobRoutes } from "./routes/process-jobs.ts";
import { recordRoutes } from "./routes/records.ts";
import { reportRoutes } from "./routes/reports.ts";
import { serviceRoutes } from "./routes/service.ts";

/** Every route of the service. */
export const routes: readonly Route[] = [...recordRoutes, ...processJobRoutes, ...reportRoutes, ...serviceRoutes];
