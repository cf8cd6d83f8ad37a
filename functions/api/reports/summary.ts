import { timeText } from "#contract/fields.ts";
import { getSummary, type Summary } from "#contract/routes/reports.ts";
import { reportRange } from "#domain/report-range.ts";
import { summarize } from "#domain/summary.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { readAllTime, readDays } from "#store/read-counters.ts";

export const handler = api(getSummary, async (request) => {
  const { status = null, category = null, date_from = null, date_to = null } = request.query();
  const range = reportRange(date_from, date_to);
  const counts = await (range === null ? readAllTime("record") : readDays("record", range.from, range.to));
  const { all, byStatus, byCategory } = summarize(counts.counters, { status, category });
  const summary: Summary = {
    total_records: all,
    by_status: byStatus,
    by_category: byCategory,
    totals: { all, ...byStatus },
    filters: { status, category, date_from, date_to },
    generated_at: timeText(request.nowMs),
    as_of: counts.asOfMs === null ? null : timeText(counts.asOfMs),
  };
  return json(summary);
});
