import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  countParam,
  dayParam,
  nameField,
  pageOf,
  pageParams,
  timeBound,
  timeField,
  timeText,
} from "#contract/fields.ts";

/** What a schema makes of an input, or the messages it refuses it with. */
function read(schema: z.ZodType, input: unknown): unknown {
  const parsed = schema.safeParse(input);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message);
}

describe("a name", () => {
  const name = nameField("A name.", "order");

  it.each([
    ["one character", "a"],
    ["128 characters", "a".repeat(128)],
    ["128 characters beyond the basic plane, each one code point", "😀".repeat(128)],
    ["space within and around, kept as it is", " two words "],
    ["any punctuation", "a|b#c/d%20\"'\\"],
    ["the name of a member of every object", "__proto__"],
    ["the highest code point", "\u{10ffff}"],
  ])("may be %s", (_, text) => {
    expect(read(name, text)).toBe(text);
  });

  it.each([
    ["empty", "", "must not be blank"],
    ["spaces", "   ", "must not be blank"],
    ["white space of any script", "\u00a0\u3000\u2003", "must not be blank"],
    ["blank and too long, which is said once", " ".repeat(200), "must not be blank"],
    ["129 characters", "a".repeat(129), "must be at most 128 characters"],
    ["129 emoji", "😀".repeat(129), "must be at most 128 characters"],
    ["a tab, which separates the parts of index keys", "a\tb", "must not contain control characters"],
    ["a NUL", "a\u0000", "must not contain control characters"],
    ["CRLF", "a\r\nb", "must not contain control characters"],
    ["DEL", "a\u007f", "must not contain control characters"],
    ["a C1 control", "a\u0085b", "must not contain control characters"],
  ])("is refused when %s", (_, text, message) => {
    expect(read(name, text)).toEqual([message]);
  });

  it.each([1, null, undefined, ["order"], { name: "order" }])("is refused when it is no text: %j", (value) => {
    expect(name.safeParse(value).success).toBe(false);
  });
});

describe("a count", () => {
  const { limit, offset } = pageParams;

  it.each([
    ["1", 1],
    ["50", 50],
    ["200", 200],
    ["201", 200],
    ["99999999999999999999", 200],
    ["9".repeat(400), 200],
    ["007", 7],
    [undefined, 50],
  ])("limit=%s is %i: over 200 is clamped", (text, value) => {
    expect(read(limit, text)).toBe(value);
  });

  it.each(["0", "1e2", "0x10", "", " ", " 5", "5 ", "-1", "+5", "5.0", "5,0", "1_000", "ten", "NaN", "Infinity", "٥"])(
    "limit=%j is refused with its range",
    (text) => {
      expect(read(limit, text)).toEqual(["must be a whole number from 1 to 200"]);
    },
  );

  it.each([
    ["0", 0],
    ["10000", 10_000],
    [undefined, 0],
  ])("offset=%s is %i", (text, value) => {
    expect(read(offset, text)).toBe(value);
  });

  it.each(["10001", "99999999999999999999", "9".repeat(400), "-1"])("offset=%s is refused, not clamped", (text) => {
    expect(read(offset, text)).toEqual(["must be a whole number from 0 to 10000"]);
  });

  it("is within its bounds whatever the text, or refused", () => {
    const param = countParam({ min: 3, max: 7, clamp: true, default: 5, description: "A count." });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.nat().map(String)), (text) => {
        const parsed = param.safeParse(text);
        expect(parsed.success).toBe(/^[0-9]+$/.test(text) && Number(text) >= 3);
        if (parsed.success) expect(parsed.data).toBe(Math.min(Number(text), 7));
      }),
    );
  });
});

describe("a time bound", () => {
  const after = timeBound("after");
  const before = timeBound("before");

  it.each([
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:00+02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21T09:30:00 02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21T09:30 02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21 09:30:00 02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21 09:30", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:00-02:00", "2026-11-21T11:30:00.000Z"],
  ])("%s is %s at either end: a plus that came as a space is an offset", (text, utc) => {
    expect([read(after, text), read(before, text)]).toEqual([Date.parse(utc), Date.parse(utc)]);
  });

  it("finer than a millisecond is rounded into the range, at both ends", () => {
    const ms = Date.parse("2026-11-21T09:30:00.123Z");
    expect(read(after, "2026-11-21T09:30:00.123456Z")).toBe(ms + 1);
    expect(read(before, "2026-11-21T09:30:00.123456Z")).toBe(ms);
    expect(read(after, "2026-11-21T09:30:00.123000Z")).toBe(ms);
  });

  it.each([
    "2026-02-30",
    "2026-11-21T24:00:00Z",
    "2026-11-21 02:00:00 ",
    "1795253400000",
    "now",
    "",
    "2026-11-21  02:00",
  ])("%j is refused, and the message shows a good one", (text) => {
    expect(read(after, text)).toEqual([expect.stringContaining("2026-11-21T09:30:00Z")]);
  });
});

describe("a day", () => {
  const day = dayParam("A day.");

  it.each([
    ["2026-11-21", "2026-11-21"],
    ["2026-11-21T23:59:59Z", "2026-11-21"],
    ["2026-11-21T23:59:59-02:00", "2026-11-22"],
    ["2026-11-21T00:30:00 02:00", "2026-11-20"],
    ["2026-11-21 02:00", "2026-11-21"],
  ])("%s is the UTC day %s", (text, value) => {
    expect(read(day, text)).toBe(value);
  });

  it.each(["2026-02-30", "2026-11", "21.11.2026", "", "0000-01-01T00:00:00+01:00", "9999-12-31T23:00:00-01:00"])(
    "%j is refused",
    (text) => {
      expect(read(day, text)).toEqual(["must be a day that exists, such as 2026-11-21"]);
    },
  );
});

describe("what answers hold", () => {
  it("times are RFC 3339 in UTC with milliseconds", () => {
    expect(timeText(Date.parse("2026-11-21T09:30:00Z"))).toBe("2026-11-21T09:30:00.000Z");
    expect(read(timeField, timeText(0))).toBe("1970-01-01T00:00:00.000Z");
    expect(timeField.safeParse("2026-11-21T09:30:00+02:00").success).toBe(false);
  });

  it("a page has its items and its place, and null where there is no total and no next page", () => {
    const page = { items: ["a"], count: 1, total: null, limit: 50, offset: 0, next_cursor: null };
    const schema = pageOf(z.string(), "TestPage");
    expect(schema.parse(page)).toEqual(page);
    for (const name of Object.keys(page)) {
      expect(schema.safeParse({ ...page, [name]: undefined }).success).toBe(false);
    }
  });

  it("a blank cursor is refused, not taken for the first page", () => {
    expect(read(pageParams.cursor, "")).toEqual(["must not be blank"]);
  });
});
