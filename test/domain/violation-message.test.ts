import { describe, expect, it } from "vitest";
import * as z from "zod";
import { toldIssues } from "#domain/told-issues.ts";
import { advised, violationMessage } from "#domain/violation-message.ts";

/** What is told of a value that a schema refuses. */
function messages(schema: z.ZodType, value: unknown): string[] {
  return toldIssues(schema.safeParse(value, { error: violationMessage }).error?.issues ?? []).map(
    ({ message }) => message,
  );
}

const color = z.enum(["red", "green"]);

describe("what is wrong with a value is said so that it can be mended", () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, "is missing: it must be a text"],
    [z.string(), 1, "must be a text, not a number"],
    [z.string(), null, "must be a text, not null"],
    [z.string(), true, "must be a text, not true"],
    [z.string(), [], "must be a text, not a list"],
    [z.number(), "1", "must be a number, not a text"],
    [z.int(), "1", "must be a whole number, not a text"],
    [z.int(), 1.5, "must be a whole number, not 1.5"],
    [z.int(), undefined, "is missing: it must be a whole number"],
    [z.boolean(), "true", "must be true or false, not a text"],
    [z.object({}), [], "must be an object, not a list"],
    [z.record(z.string(), z.unknown()), "x", "must be an object, not a text"],
    [z.array(z.string()), {}, "must be a list, not an object"],
    [color, "blue", "must be one of red, green"],
    [color, undefined, "is missing: it must be one of red, green"],
    [z.literal("red"), "blue", "must be red"],
    [z.string().min(1), "", "must not be empty"],
    [z.string().min(2), "a", "must be at least 2 characters"],
    [z.string().max(2), "abc", "must be at most 2 characters"],
    [z.array(z.string()).min(1), [], "must not be empty"],
    [z.array(z.string()).max(1), ["a", "b"], "must hold at most 1 entries"],
    [z.number().min(3), 2, "must be at least 3"],
    [z.number().gt(3), 3, "must be above 3"],
    [z.number().max(3), 4, "must be at most 3"],
    [z.number().lt(3), 3, "must be below 3"],
    [z.int(), 1e300, "must be at most 9007199254740991"],
    [z.string().regex(/^a+$/), "b", "must match /^a+$/"],
    [z.uuid(), "b", expect.stringMatching(/^must match /) as unknown as string],
    [z.strictObject({}), { a: 1 }, "must not have the member a"],
    [z.strictObject({}), { a: 1, b: 2 }, "must not have the members a, b"],
    [z.union([z.string(), z.number()]), [], "is not valid"],
    [z.string().min(1, "words of its own"), "", "words of its own"],
    [z.string({ error: advised("must be a day") }), undefined, "is missing: it must be a day"],
    [z.string({ error: advised("must be a day") }), 1, "must be a day"],
  ])("in words of the house: %#", (schema, value, message) => {
    expect(messages(schema, value)).toEqual([message]);
  });

  it("a list in place of a text is that alone, however long it is, and a text in place of a list", () => {
    expect(messages(z.string().max(2), ["a", "b", "c"])).toEqual(["must be a text, not a list"]);
    expect(messages(z.array(z.string()).max(2), "abc")).toEqual(["must be a list, not a text"]);
    const both = z.object({ a: z.string().max(2), b: z.string().max(2) });
    expect(messages(both, { a: ["a", "b", "c"], b: "abc" })).toHaveLength(2);
  });
});
