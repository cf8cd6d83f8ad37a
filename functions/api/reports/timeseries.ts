import { timeText } from "#contract/fields.ts";
import { getTimeseries, type Timeseries } from "#contract/routes/reports.ts";
import { seriesDays } from "#domain/series-days.ts";
import { countsBy } from "#domain/summary.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { newestOf, readEachDay } from "#store/read-counters.ts";

export const handler = api(getTimeseries, async (request) => {
  const { dimension, status = null, ...range } = request.query();
  const { days, dateFrom, dateTo } = seriesDays(range, request.nowMs);
  const counted = await readEachDay("record", dateFrom, dateTo);
  const items = days.map((day) => {
    const counts = countsBy(counted.get(day)?.counters ?? new Map(), dimension, status);
    return { day, total: Object.values(counts).reduce((sum, count) => sum + count, 0), counts };
  });
  const asOfMs = newestOf(counted);
  const series: Timeseries = {
    dimension,
    items,
    filters: { status, date_from: dateFrom, date_to: dateTo },
    generated_at: timeText(request.nowMs),
    as_of: asOfMs === null ? null : timeText(asOfMs),
  };
  return json(series);
});
