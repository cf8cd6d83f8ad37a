import { timeText } from "#contract/fields.ts";
import { getItemReport, type ItemReport } from "#contract/routes/item-reports.ts";
import { summarizeItems } from "#domain/item-summary.ts";
import { reportRange } from "#domain/report-range.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { readAllTime, readDays } from "#store/read-counters.ts";

export const handler = api(getItemReport, async (request) => {
  const { date_from = null, date_to = null } = request.query();
  const range = reportRange(date_from, date_to);
  const counts = await (range === null ? readAllTime("item") : readDays("item", range.from, range.to));
  const { all, byStatus } = summarizeItems(counts.counters);
  const report: ItemReport = {
    total_items: all,
    by_status: byStatus,
    totals: { all, ...byStatus },
    filters: { date_from, date_to },
    generated_at: timeText(request.nowMs),
    as_of: counts.asOfMs === null ? null : timeText(counts.asOfMs),
  };
  return json(report);
});
