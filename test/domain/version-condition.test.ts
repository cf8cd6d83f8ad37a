import { describe, expect, it } from "vitest";
import { parseCondition } from "#domain/etag.ts";
import { versionsIn } from "#domain/version-condition.ts";

describe("the versions that an If-Match names", () => {
  it.each([
    ['"7"', [7]],
    ['"7", "8", "7"', [7, 8]],
    ['W/"7"', []],
    ['W/"7", "8"', [8]],
    ['"07"', []],
    ['"-1", "x", "1e3", "1.0", ""', []],
    ['"9007199254740993"', []],
    ["*", null],
  ])("are, of %s, %j", (header, versions) => {
    expect(versionsIn(parseCondition(header, "If-Match"))).toEqual(versions);
  });

  it("are any without the header", () => {
    expect(versionsIn(null)).toBeNull();
  });
});
