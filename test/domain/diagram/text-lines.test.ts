import { expect, it } from "vitest";
import { textLines, textWidth } from "#domain/diagram/text-lines.ts";

it("breaks a name between words", () => {
  expect(textLines("Waiting for approval", 10, 80, 3)).toEqual(["Waiting for", "approval"]);
  expect(textLines("Draft", 10, 80, 3)).toEqual(["Draft"]);
});

it("breaks a word that is too long for a line", () => {
  expect(textLines("abcdefghabcdefgh", 10, 50, 3)).toEqual(["abcdefgh", "abcdefgh"]);
});

it("ends with an ellipsis what has no room in the last line", () => {
  expect(textLines("one two three four five", 10, 50, 2)).toEqual(["one two", "three…"]);
});

it("takes an emoji of several code points for one character, and gives what is wide more room", () => {
  const family = "👩‍👩‍👧‍👦";
  expect(textWidth(family, 10)).toBe(textWidth("👍🏽", 10));
  expect(textLines(family.repeat(5), 10, 45, 2)).toEqual([family.repeat(3), family.repeat(2)]);
  expect(textWidth("承", 10)).toBeGreaterThan(textWidth("a", 10) * 1.5);
});

it("shows one character at least, however narrow the line", () => {
  expect(textLines("WW", 10, 1, 2)).toEqual(["W", "W"]);
});
