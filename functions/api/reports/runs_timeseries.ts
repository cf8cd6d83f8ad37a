import { timeText } from "#contract/fields.ts";
import { durationsView, getRunTimeseries, type RunTimeseries } from "#contract/routes/run-reports.ts";
import { sketchesIn, summarizeDurations } from "#domain/duration-summary.ts";
import { summarizeRuns } from "#domain/run-summary.ts";
import { seriesDays } from "#domain/series-days.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { newestOf, readEachDay } from "#store/read-counters.ts";
import { readEachDaysDurations } from "#store/read-durations.ts";
import { workflowIdFor } from "#store/workflow-id-for.ts";

export const handler = api(getRunTimeseries, async (request) => {
  const { status = null, workflow_id = null, ...range } = request.query();
  const workflowId = workflow_id === null ? null : await workflowIdFor(workflow_id);
  const { days, dateFrom, dateTo } = seriesDays(range, request.nowMs);
  const [counted, durations] = await Promise.all([
    readEachDay("run", dateFrom, dateTo),
    readEachDaysDurations("run", workflowId, dateFrom, dateTo),
  ]);
  const items = days.map((day) => {
    const { all, byStatus } = summarizeRuns(counted.get(day)?.counters ?? new Map(), { status, workflowId });
    const counts = Object.fromEntries(Object.entries(byStatus).filter(([, count]) => count !== 0));
    const sketch = sketchesIn(durations.get(day)?.counters ?? new Map(), status).get(workflowId) ?? new Map();
    return { day, total: all, counts, durations: durationsView(summarizeDurations(sketch)) };
  });
  const asOfMs = newestOf(counted);
  const series: RunTimeseries = {
    items,
    filters: { status, workflow_id: workflowId, date_from: dateFrom, date_to: dateTo },
    generated_at: timeText(request.nowMs),
    as_of: asOfMs === null ? null : timeText(asOfMs),
  };
  return json(series);
});
