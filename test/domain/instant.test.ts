import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf, parseInstant } from "#domain/instant.ts";

function utcOf(text: string): string | null {
  const instant = parseInstant(text);
  return instant === null ? null : new Date(instant.timeMs).toISOString();
}

describe("parseInstant", () => {
  it.each([
    ["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21t09:30:00z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21 09:30:00Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:00", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:00.5Z", "2026-11-21T09:30:00.500Z"],
    ["2026-11-21T00:30:00+02:00", "2026-11-20T22:30:00.000Z"],
    ["2026-11-21T23:30:00-05:45", "2026-11-22T05:15:00.000Z"],
    ["2026-11-21T09:30:00-00:00", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2000-02-29T23:59:59.999Z", "2000-02-29T23:59:59.999Z"],
    ["0000-01-01", "0000-01-01T00:00:00.000Z"],
    ["1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("reads %s as %s", (text, utc) => {
    expect(utcOf(text)).toBe(utc);
  });

  it.each([
    ["a day the month does not have", "2026-02-30"],
    ["a day the month does not have, with an offset", "2026-04-31T00:00:00+02:00"],
    ["29 February of a common year", "2026-02-29"],
    ["29 February of a century that does not leap", "1900-02-29"],
    ["month 13", "2026-13-01"],
    ["month 0", "2026-00-01"],
    ["day 0", "2026-01-00"],
    ["hour 24", "2026-11-21T24:00:00Z"],
    ["minute 60", "2026-11-21T23:60:00Z"],
    ["second 60", "2016-12-31T23:59:60Z"],
    ["an offset hour of 24", "2026-11-21T00:00:00+24:00"],
    ["an offset minute of 60", "2026-11-21T00:00:00+01:60"],
    ["an offset without a colon", "2026-11-21T00:00:00+0200"],
    ["an offset that leads before year 0", "0000-01-01T00:00:00+00:01"],
    ["an offset that leads past year 9999", "9999-12-31T23:59:00-00:01"],
    ["a date with an offset and no time", "2026-11-21Z"],
    ["hours alone", "2026-11-21T09"],
    ["one-digit parts", "2026-1-1"],
    ["a year of six digits", "+002026-11-21"],
    ["a fraction without digits", "2026-11-21T09:30:00.Z"],
    ["milliseconds since the epoch", "1795253400000"],
    ["a date as browsers print it", "Sat, 21 Nov 2026 09:30:00 GMT"],
    ["words", "yesterday"],
    ["nothing", ""],
    ["space around it", " 2026-11-21"],
    ["a line after it", "2026-11-21\n"],
    ["other digits than 0 to 9", "２０２６-11-21"],
  ])("refuses %s", (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it.each([
    ["2026-11-21T09:30:00.123Z", 123, true],
    ["2026-11-21T09:30:00.123000Z", 123, true],
    ["2026-11-21T09:30:00.123456Z", 123, false],
    ["2026-11-21T09:30:00.999999999Z", 999, false],
    ["1969-12-31T23:59:59.123456Z", 123, false],
  ])("cuts %s down to its millisecond and says whether that is exact", (text, milliseconds, exact) => {
    const instant = parseInstant(text);
    expect(new Date(instant?.timeMs ?? Number.NaN).getUTCMilliseconds()).toBe(milliseconds);
    expect(instant?.exact).toBe(exact);
  });

  const years = { min: new Date("0000-01-01T00:00:00.000Z"), max: new Date("9999-12-31T23:59:59.999Z") };

  it("gives back every millisecond that toISOString writes", () => {
    fc.assert(
      fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => {
        expect(parseInstant(date.toISOString())).toEqual({ timeMs: date.getTime(), exact: true });
      }),
    );
  });

  it("reads only what exists: what it takes reads back as the same date, hour and minute", () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), two(19), two(39), two(29), two(69), (y, mo, d, h, mi) => {
        const text = `${y}-${mo}-${d}T${h}:${mi}:00.000Z`;
        expect([text, null]).toContain(utcOf(text));
      }),
    );
  });
});

describe("dayOf", () => {
  it.each([
    ["2026-11-21T00:00:00.000Z", "2026-11-21"],
    ["2026-11-21T23:59:59.999Z", "2026-11-21"],
    ["2026-11-22T00:00:00.000Z", "2026-11-22"],
  ])("of %s is the UTC day %s", (text, day) => {
    expect(dayOf(Date.parse(text))).toBe(day);
  });
});
