import { timeText } from "#contract/fields.ts";
import { getMachinesHealth } from "#contract/routes/service.ts";
import { instanceStatuses } from "#domain/instance-tally.ts";
import { machineStatuses } from "#domain/machine-tally.ts";
import { tabulate } from "#domain/tabulate.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { logger } from "#runtime/logger.ts";
import { readAllTime } from "#store/read-counters.ts";

const service = "sluice";
const headers = { "cache-control": "no-store" };
const any = { status: null, value: null };

export const handler = api(getMachinesHealth, async (request) => {
  try {
    const [machines, instances] = await Promise.all([readAllTime("machine"), readAllTime("instance")]);
    const counted = tabulate(instances.counters, "definition", instanceStatuses, any);
    const asOfMs = Math.max(machines.asOfMs ?? 0, instances.asOfMs ?? 0) || null;
    const health = {
      status: "healthy",
      service,
      definitions_count: tabulate(machines.counters, "machine", machineStatuses, any).byStatus.active,
      instances_count: counted.all,
      active_instances_count: counted.byStatus.active,
      generated_at: timeText(request.nowMs),
      as_of: asOfMs === null ? null : timeText(asOfMs),
    };
    return json(health, headers);
  } catch (error) {
    logger.error("health check failed", error as Error);
    return json({ status: "unhealthy", service, error: "database unavailable" }, headers, 503);
  }
});
