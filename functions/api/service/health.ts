import { getHealth } from "#contract/routes/service.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { logger } from "#runtime/logger.ts";
import { pingTable } from "#store/health.ts";

const timeoutMs = 2_000;
const headers = { "cache-control": "no-store" };

export const handler = api(getHealth, async () => {
  try {
    await pingTable(timeoutMs);
    return json({ status: "healthy", database: "connected" }, headers);
  } catch (error) {
    logger.error("health check failed", error as Error);
    return json({ status: "unhealthy", database: "disconnected", error: "database unavailable" }, headers, 503);
  }
});
