/** An instant read from text, in milliseconds since the epoch; `exact` is false when the text was finer than a millisecond. */
export type Instant = { timeMs: number; exact: boolean };

const firstMs = Date.parse("0000-01-01T00:00:00.000Z");
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?)?$/;

/**
 * Reads an RFC 3339 time, with any offset; a time without an offset is UTC, and a date alone is its 00:00 UTC.
 * A date that the calendar does not have (2026-02-30), an hour 24 or a second 60 is null, never the next day. So is an
 * offset that leads out of the years 0000 to 9999, which RFC 3339 could not say in UTC.
 */
export function parseInstant(text: string): Instant | null {
  const match = instantPattern.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", offset = "Z"] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
  const localMs = Date.parse(local);
  if (Number.isNaN(localMs) || new Date(localMs).toISOString() !== local) return null;
  const offsetMs = parseOffsetMs(offset);
  if (offsetMs === null) return null;
  const timeMs = localMs - offsetMs;
  if (timeMs < firstMs || timeMs > lastMs) return null;
  return { timeMs, exact: !/[1-9]/.test(fraction.slice(3)) };
}

/** The UTC day (`2026-11-21`) of an instant. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function parseOffsetMs(offset: string): number | null {
  if (/^z$/i.test(offset)) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** The UTC days from one to another, both included. */
export function daysBetween(from: string, to: string): string[] {
  const dayMs = 86_400_000;
  const count = Math.floor((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => dayOf(Date.parse(from) + index * dayMs));
}
