import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldedTitle, titleKey } from "#domain/folded-title.ts";

/** Every character that has another case, or is made of others. */
const casedCharacters = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((char) => char.toUpperCase() !== char || char.toLowerCase() !== char || char.normalize("NFD") !== char);

/** How a text may be written: as it is, in capitals, small, and with its accents apart. */
const variants = (text: string) => [text, text.toUpperCase(), text.toLowerCase(), text.normalize("NFD")];
/** A capital writes the Greek iota below a letter behind it, where a further accent would fall on the iota. */
const hasIotaBelow = (char: string) => char.normalize("NFD").includes("\u0345");

describe("a folded title", () => {
  it.each([
    ["Invoice", "invoice"],
    ["  Invoice ", "invoice "],
    ["A\tB\n", "a b "],
    ["A\u0308rger", "ärger"],
    ["ΟΔΟΣ", "οδοσ"],
    ["οδος", "οδοσ"],
    ["Straße", "strasse"],
    ["STRASSE", "strasse"],
    ["STRAẞE", "strasse"],
    ["İstanbul", "istanbul"],
    ["ISTANBUL", "istanbul"],
    ["ısparta", "isparta"],
    ["ﬁnd", "find"],
    ["Ǆ", "ǆ"],
    ["ΐ", "ΐ"],
    ["½", "½"],
  ])("of %j is %j", (title, folded) => {
    expect(foldedTitle(title)).toBe(folded);
  });

  it("is one for all cases of every character there is, alone and within a word", () => {
    expect(casedCharacters.length).toBeGreaterThan(2_500);
    const differing = casedCharacters
      .flatMap((char) => [char, `x${char}`, `${char}x`, ...(hasIotaBelow(char) ? [] : [`x${char}\u0301`])])
      .map((text) => text.normalize("NFC"))
      .filter((text) => new Set(variants(text).map(foldedTitle)).size > 1);
    expect(differing).toEqual([]);
  });

  it("is itself when it is folded again", () => {
    expect(casedCharacters.filter((char) => foldedTitle(foldedTitle(char)) !== foldedTitle(char))).toEqual([]);
  });

  it("begins with the folded form of what begins the title, in whatever case, and so does its key", () => {
    const special = fc.constantFrom("a", "B", "Σ", "ς", "İ", "i", "ı", "ß", "ẞ", "ﬁ", "é", "语", "🙂", " ", "\t");
    const cased = fc.constantFrom(...casedCharacters.filter((char) => !/\p{M}/u.test(char)));
    const letters = fc.string({ unit: fc.oneof(special, cased), maxLength: 50 });
    fc.assert(
      fc.property(letters, letters, (start, rest) => {
        const prefix = start.normalize("NFC");
        const title = (start + rest).normalize("NFC");
        fc.pre(title.startsWith(prefix)); // what follows did not become one character with it
        for (const searched of variants(prefix)) {
          expect(foldedTitle(title).startsWith(foldedTitle(searched))).toBe(true);
          expect(titleKey(title).startsWith(titleKey(searched))).toBe(true);
        }
        expect([...titleKey(title)].length).toBeLessThanOrEqual(32);
        expect(titleKey(title)).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
