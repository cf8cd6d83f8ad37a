/** How much of a title its index key holds, in characters: a longer prefix is searched by these and then compared. */
const keyLengthMax = 32;

/**
 * A title as it is compared: whatever the case, without blanks before it. Characters are folded one by one, so that what
 * begins a title begins its folded form too. Control characters, which separate the parts of index keys, are blanks.
 */
export function foldedTitle(title: string): string {
  const characters = [...title.normalize("NFC").replaceAll(/\p{Cc}/gu, " ")];
  return characters
    .map((character) => character.toLowerCase())
    .join("")
    .trimStart();
}

/** What of a title, or of the beginning of one, stands in its index key. */
export function titleKey(title: string): string {
  return [...foldedTitle(title)].slice(0, keyLengthMax).join("");
}
