import { timeText } from "#contract/fields.ts";
import { durationsView, getRunReport, type RunReport } from "#contract/routes/run-reports.ts";
import { sketchesIn, summarizeDurations } from "#domain/duration-summary.ts";
import { dayOf } from "#domain/instant.ts";
import { reportRange } from "#domain/report-range.ts";
import { summarizeRuns } from "#domain/run-summary.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { readRunReport } from "#store/read-run-report.ts";
import { workflowIdFor } from "#store/workflow-id-for.ts";

export const handler = api(getRunReport, async (request) => {
  const { status = null, workflow_id = null, date_from = null, date_to = null } = request.query();
  const workflowId = workflow_id === null ? null : await workflowIdFor(workflow_id);
  const { counts, durations, byWorkflow } = await readRunReport(
    reportRange(date_from, date_to),
    workflowId,
    dayOf(request.nowMs),
  );
  const { all, byStatus, byValue } = summarizeRuns(counts.counters, { status, workflowId });
  const sketches = sketchesIn(durations, status);
  const durationsOf = (name: string | null) => durationsView(summarizeDurations(sketches.get(name) ?? new Map()));
  const report: RunReport = {
    total_runs: all,
    by_status: byStatus,
    by_workflow: Object.fromEntries(
      [...byValue].map(([id, row]) => [
        id,
        { total: row.total, by_status: row.byStatus, durations: byWorkflow ? durationsOf(id) : null },
      ]),
    ),
    durations: durationsOf(workflowId),
    totals: { all, ...byStatus },
    filters: { status, workflow_id: workflowId, date_from, date_to },
    generated_at: timeText(request.nowMs),
    as_of: counts.asOfMs === null ? null : timeText(counts.asOfMs),
  };
  return json(report);
});
