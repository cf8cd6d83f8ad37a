/** A range of UTC days, both ends included. */
export type DayRange = { from: string; to: string };

const dayMs = 86_400_000;

/** The days a report is asked for; null: of all time. An end that is not given is open. */
export function reportRange(dateFrom: string | null, dateTo: string | null): DayRange | null {
  if (dateFrom === null && dateTo === null) return null;
  return { from: dateFrom ?? "0000-01-01", to: dateTo ?? "9999-12-31" };
}

/** How many days of a range can have anything in them: none is in the future. */
export function pastDaysIn({ from, to }: DayRange, today: string): number {
  return Math.max(0, (Date.parse(to < today ? to : today) - Date.parse(from)) / dayMs + 1);
}
