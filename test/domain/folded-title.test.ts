import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldedTitle, titleKey } from "#domain/folded-title.ts";

describe("a folded title", () => {
  it.each([
    ["Invoice", "invoice"],
    ["  Invoice ", "invoice "],
    ["A\tB\n", "a b "],
    ["A\u0308rger", "ärger"],
    ["ΟΔΟΣ", "οδοσ"],
  ])("of %j is %j", (title, folded) => {
    expect(foldedTitle(title)).toBe(folded);
  });

  it("begins with the folded form of what begins the title, and so does its key", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "B", "Σ", "İ", "ß", "語", "🙂", " ", "\t"), maxLength: 50 });
    fc.assert(
      fc.property(letters, letters, (prefix, rest) => {
        const title = prefix + rest;
        expect(foldedTitle(title).startsWith(foldedTitle(prefix))).toBe(true);
        expect(titleKey(title).startsWith(titleKey(prefix))).toBe(true);
        expect([...titleKey(title)].length).toBeLessThanOrEqual(32);
        expect(titleKey(title)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
