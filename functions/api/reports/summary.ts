import { timeText } from "#contract/fields.ts";
import { getSummary, type Summary } from "#contract/routes/reports.ts";
import { summarize } from "#domain/summary.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { readAllTime, readDays } from "#store/read-counters.ts";

const firstDay = "0000-01-01";
const lastDay = "9999-12-31";

export const handler = api(getSummary, async (request) => {
  const { status = null, category = null, date_from = null, date_to = null } = request.query();
  const everything = date_from === null && date_to === null;
  const counts = await (everything ? readAllTime() : readDays(date_from ?? firstDay, date_to ?? lastDay));
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
