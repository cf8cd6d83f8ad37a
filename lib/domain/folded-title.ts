/** How much of a title its index key holds, in characters: a longer prefix is searched by these and then compared. */
const keyLengthMax = 32;

/**
 * A title as it is compared: whatever the case, without blanks before it. Two texts that differ by case alone, in any
 * script, have one folded form; and characters are folded one by one, so that what begins a title begins its folded form
 * too. Control characters, which separate the parts of index keys, are blanks.
 */
export function foldedTitle(title: string): string {
  const characters = [...title.normalize("NFD").replaceAll(/\p{Cc}/gu, " ")];
  return characters.map(folded).join("").replaceAll(dottedI, "i").normalize("NFC").trimStart();
}

/** What of a title, or of the beginning of one, stands in its index key. */
export function titleKey(title: string): string {
  return [...foldedTitle(title)].slice(0, keyLengthMax).join("");
}

/** The lower case of the Turkish capital with a dot: to who is no Turk, the letter i. */
const dottedI = "i\u0307";

/**
 * Full case folding of a character, which JavaScript does not offer: its lower case alone would keep ß apart from SS, and a
 * sigma within a word from one at its end.
 */
function folded(character: string): string {
  return character.toLowerCase().toUpperCase().toLowerCase();
}
