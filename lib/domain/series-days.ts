import { DomainError } from "./domain-error.ts";
import { dayOf, daysBetween } from "./instant.ts";

const dayMs = 86_400_000;
const defaultDays = 30;
const daysMax = 366;
const firstDay = "0000-01-01";

/**
 * The UTC days of a time series, both ends included: the last 30 unless said otherwise.
 *
 * @throws DomainError `validation_failed` past 366 days.
 */
export function seriesDays(
  { date_from, date_to }: { date_from?: string | undefined; date_to?: string | undefined },
  nowMs: number,
): { days: string[]; dateFrom: string; dateTo: string } {
  const dateTo = date_to ?? dayOf(nowMs);
  const defaultMs = Math.max(Date.parse(firstDay), Date.parse(dateTo) - (defaultDays - 1) * dayMs);
  const dateFrom = date_from ?? dayOf(defaultMs);
  if (Date.parse(dateTo) - Date.parse(dateFrom) >= daysMax * dayMs) {
    throw new DomainError("validation_failed", `A time series has at most ${daysMax} days. Ask for a shorter range.`);
  }
  return { days: daysBetween(dateFrom, dateTo), dateFrom, dateTo };
}
