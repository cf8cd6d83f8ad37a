import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "#domain/domain-error.ts";
import { assertHasIfMatch, assertIfMatch, etagOf, matchesWeakly, parseCondition } from "#domain/etag.ts";

/** What comes of `If-Match: <header>` on a thing at version 7. */
function outcomeAtSeven(header: string | undefined): string {
  try {
    assertIfMatch(header, 7);
    return "passes";
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

describe("If-Match at version 7", () => {
  it.each([
    ["no header", undefined, "passes"],
    ["its own tag", '"7"', "passes"],
    ["any version", "*", "passes"],
    ["any version, with space around", "  *\t", "passes"],
    ["a list that has it", '"5", "7"', "passes"],
    ["a list without spaces", '"5","7","9"', "passes"],
    ["a list of a weak and a strong tag of it", 'W/"7" , "7"', "passes"],
    ["another version", '"8"', "precondition_failed"],
    ["a list without it", '"5", "6"', "precondition_failed"],
    ["its weak tag, which never matches strongly", 'W/"7"', "precondition_failed"],
    ["a list of weak tags", 'W/"7", W/"8"', "precondition_failed"],
    ["a tag of an asterisk, which is not the asterisk", '"*"', "precondition_failed"],
    ["the same number in other digits", '"07"', "precondition_failed"],
    ["a number near it", '"7.0"', "precondition_failed"],
    ["an empty tag", '""', "precondition_failed"],
    ["an unquoted tag", "7", "malformed_header"],
    ["single quotes", "'7'", "malformed_header"],
    ["a weak tag in single quotes", "W/'7'", "malformed_header"],
    ["a weak tag without quotes", "W/7", "malformed_header"],
    ["a lower-case weak mark", 'w/"7"', "malformed_header"],
    ["an open quote", '"7', "malformed_header"],
    ["a trailing comma", '"7",', "malformed_header"],
    ["no comma between", '"7" "8"', "malformed_header"],
    ["the asterisk in a list", '*, "7"', "malformed_header"],
    ["a space within a tag", '"7 "', "malformed_header"],
    ["a control character within a tag", '"7\u0000"', "malformed_header"],
    ["a line break between tags' quotes", '"7\r\n"', "malformed_header"],
    ["nothing", "", "malformed_header"],
    ["space alone", "   ", "malformed_header"],
  ])("%s: %j %s", (_, header, outcome) => {
    expect(outcomeAtSeven(header)).toBe(outcome);
  });

  it("names the header in a syntax error, and the current tag in a mismatch", () => {
    expect(() => parseCondition("7", "If-None-Match")).toThrow(/^If-None-Match must be \* or quoted/);
    expect(() => assertIfMatch('"8"', 7)).toThrow(/current "7"/);
  });

  it("passes on the tag that was answered for a version, and on no other version's", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1 }), (sent, current) => {
        const pass = () => assertIfMatch(etagOf(sent), current);
        if (sent === current) expect(pass).not.toThrow();
        else expect(pass).toThrow(DomainError);
      }),
    );
  });

  it("reads a list of ten thousand tags, or refuses its broken end, without a long think", () => {
    const list = Array.from({ length: 10_000 }, (_, version) => `"${version + 8}"`).join(" , ");
    expect(outcomeAtSeven(list)).toBe("precondition_failed");
    expect(outcomeAtSeven(`${list} ,`)).toBe("malformed_header");
  });
});

describe("If-Match where it is required", () => {
  it("must be there, whatever it says: precondition_required without, and how to mend that", () => {
    expect(() => assertHasIfMatch(undefined)).toThrow(expect.objectContaining({ code: "precondition_required" }));
    expect(() => assertHasIfMatch(undefined)).toThrow(/Send the ETag .* as If-Match/);
    for (const header of ["", "*", '"7"']) expect(() => assertHasIfMatch(header)).not.toThrow();
  });
});

describe("If-None-Match", () => {
  it.each([
    ['"7"', true],
    ['W/"7"', true],
    ['"5", W/"7"', true],
    ["*", true],
    ['"8"', false],
  ])("%s against the tag 7, compared weakly: %s", (header, matches) => {
    expect(matchesWeakly(parseCondition(header, "If-None-Match"), "7")).toBe(matches);
  });
});
