import * as z from "zod";
import { dayOf, type Instant, parseInstant } from "#domain/instant.ts";
import { advised } from "#domain/violation-message.ts";

/** The longest `source` and `category`, in characters (Unicode code points). */
export const nameLengthMax = 128;

/** A short name: 1..128 characters, no control characters (they separate the parts of index keys), not blank. */
export function nameField(description: string, example: string) {
  return z
    .string()
    .refine((text) => text.trim() !== "", { message: "must not be blank", abort: true })
    .refine((text) => [...text].length <= nameLengthMax, { message: `must be at most ${nameLengthMax} characters` })
    .refine((text) => !/\p{Cc}/u.test(text), { message: "must not contain control characters" })
    .meta({ description, examples: [example], override: { minLength: 1, maxLength: nameLengthMax } });
}

/** An RFC 3339 time in an answer: UTC, milliseconds. */
export const timeField = z.iso.datetime().meta({ examples: ["2026-11-21T09:30:00.000Z"] });

/** The text of an instant in an answer. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A time that bounds a range, both ends included. Times finer than a millisecond are rounded into the range. */
export function timeBound(end: "after" | "before") {
  const advice = "must be a date or an RFC 3339 time that exists, such as 2026-11-21 or 2026-11-21T09:30:00Z";
  return instantField(advice, ({ timeMs, exact }) => (end === "after" && !exact ? timeMs + 1 : timeMs)).meta({
    description: `Only what was created at or ${end} this time. A date alone is its 00:00 UTC.`,
    examples: ["2026-11-21T00:00:00Z"],
  });
}

/** A time that lies ahead, read to the second, rounded up. */
export function expiryField() {
  const advice = "must be an RFC 3339 time that exists, such as 2026-12-24T18:00:00Z";
  return instantField(advice, ({ timeMs }) => Math.ceil(timeMs / 1000) * 1000).meta({
    description: "When the record may be forgotten: from then on it is not found. Rounded up to the second.",
    examples: ["2026-12-24T18:00:00Z"],
  });
}

/** A UTC day parameter (`2026-11-21`); a full time is taken as its UTC day. */
export function dayParam(description: string) {
  const advice = "must be a day that exists, such as 2026-11-21";
  return instantField(advice, ({ timeMs }) => dayOf(timeMs)).meta({ description, examples: ["2026-11-21"] });
}

/**
 * A text that is read as an instant, and refused with advice. In a query the plus sign of an offset arrives as a space
 * (`2026-11-21T00:00:00 02:00`), and is read as what it was.
 */
export function instantField<Value>(advice: string, read: (instant: Instant) => Value) {
  return z.string({ error: advised(advice) }).transform((text, context) => {
    const instant = parseInstant(text.replace(/ (?=\d\d:\d\d$)(?<=[T ].* )/i, "+"));
    if (instant !== null) return read(instant);
    context.addIssue({ code: "custom", message: advice });
    return z.NEVER;
  });
}

/** A whole number in decimal digits alone: no sign, exponent, hexadecimal or blank. */
export function countParam(options: {
  min: number;
  max: number;
  clamp: boolean;
  default: number;
  description: string;
}) {
  const { min, max, clamp, description } = options;
  return z
    .string()
    .transform((text, context) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isNaN(value) || value < min || (value > max && !clamp)) {
        context.addIssue({ code: "custom", message: `must be a whole number from ${min} to ${max}` });
        return z.NEVER;
      }
      return Math.min(value, max);
    })
    .default(options.default)
    .meta({
      description,
      override: { type: "integer", minimum: min, ...(clamp ? {} : { maximum: max }), default: options.default },
    });
}

/** The parameters every list takes. */
export const pageParams = {
  limit: countParam({
    min: 1,
    max: 200,
    clamp: true,
    default: 50,
    description: "Items a page, 1 to 200. More is clamped to 200. A page may be shorter while `next_cursor` is set.",
  }),
  offset: countParam({
    min: 0,
    max: 10_000,
    clamp: false,
    default: 0,
    description: "Items to skip, at most 10000. It costs what it skips: page with `cursor` instead.",
  }),
  cursor: z.string().min(1, "must not be blank").optional().meta({
    description: "The `next_cursor` of the page before, with the same filters and sort. It replaces `offset`.",
  }),
};

/** The body of a list. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      items: z.array(item),
      count: z.int().min(0).meta({ description: "Items in this page." }),
      total: z
        .int()
        .min(0)
        .nullable()
        .meta({ description: "All that match, seconds behind; null where it would need a scan." }),
      limit: z.int(),
      offset: z.int(),
      next_cursor: z.string().nullable().meta({ description: "Where the next page starts; null at the end." }),
    })
    .meta({ id });
}
