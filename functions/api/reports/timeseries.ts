import { timeText } from "#contract/fields.ts";
import { getTimeseries, type Timeseries } from "#contract/routes/reports.ts";
import { DomainError } from "#domain/domain-error.ts";
import { dayOf, daysBetween } from "#domain/instant.ts";
import { countsBy } from "#domain/summary.ts";
import { api } from "#runtime/api.ts";
import { json } from "#runtime/http-answer.ts";
import { readEachDay } from "#store/read-counters.ts";

const dayMs = 86_400_000;
const defaultDays = 30;
const daysMax = 366;

export const handler = api(getTimeseries, async (request) => {
  const { dimension, status = null, ...range } = request.query();
  const dateTo = range.date_to ?? dayOf(request.nowMs);
  const dateFrom = range.date_from ?? dayOf(Date.parse(dateTo) - (defaultDays - 1) * dayMs);
  const days = daysBetween(dateFrom, dateTo);
  if (days.length > daysMax) {
    throw new DomainError("validation_failed", `A time series has at most ${daysMax} days. Ask for a shorter range.`);
  }
  const counted = await readEachDay(dateFrom, dateTo);
  const items = days.map((day) => {
    const counts = countsBy(counted.get(day)?.counters ?? new Map(), dimension, status);
    return { day, total: Object.values(counts).reduce((sum, count) => sum + count, 0), counts };
  });
  const asOfMs = Math.max(...[...counted.values()].map((counts) => counts.asOfMs ?? 0), 0);
  const series: Timeseries = {
    dimension,
    items,
    filters: { status, date_from: dateFrom, date_to: dateTo },
    generated_at: timeText(request.nowMs),
    as_of: asOfMs === 0 ? null : timeText(asOfMs),
  };
  return json(series);
});
