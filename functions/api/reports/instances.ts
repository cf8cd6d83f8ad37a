import { timeText } from "#contract/fields.ts";
import { getInstanceReport, type InstanceReport } from "#contract/routes/instance-reports.ts";
import { summarizeInstances } from "#domain/instance-summary.ts";
import { reportRange } from "#domain/report-range.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { findDefinedMachine } from "#store/machine-definitions.ts";
import { readAllTime, readDays } from "#store/read-counters.ts";

export const handler = api(getInstanceReport, async (request) => {
  const { definition_id, date_from = null, date_to = null } = request.query();
  const machineId = definition_id === undefined ? null : await machineIdFor(definition_id);
  const range = reportRange(date_from, date_to);
  const counts = await (range === null ? readAllTime("instance") : readDays("instance", range.from, range.to));
  const { all, byStatus, byDefinition } = summarizeInstances(counts.counters, machineId);
  const report: InstanceReport = {
    total_instances: all,
    by_status: byStatus,
    by_definition: Object.fromEntries(
      [...byDefinition].map(([id, row]) => [
        id,
        { total: row.total, by_status: row.byStatus, by_state: Object.fromEntries(row.byState) },
      ]),
    ),
    filters: { definition_id: machineId, date_from, date_to },
    generated_at: timeText(request.nowMs),
    as_of: counts.asOfMs === null ? null : timeText(counts.asOfMs),
  };
  return json(report);
});

/** What a report counts by; a text that names no definition counts nothing. */
async function machineIdFor(text: string): Promise<string> {
  return (await findDefinedMachine(text))?.machine.id ?? text;
}
