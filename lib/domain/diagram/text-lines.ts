/**
 * A name as lines of at most a width, broken between words where it can be. What finds no room in the last line ends
 * with an ellipsis.
 *
 * @param size of the font, in pixels
 */
export function textLines(name: string, size: number, widthMax: number, linesMax: number): string[] {
  const ems = widthMax / size;
  const lines: string[] = [];
  for (let rest = name; rest !== ""; ) {
    const start = longestStart(rest, ems);
    if (start === rest) return [...lines, rest];
    if (lines.length === linesMax - 1) return [...lines, `${longestStart(rest, ems - emsOf("…"))}…`];
    const space = rest.startsWith(" ", start.length) ? start.length : start.lastIndexOf(" ");
    lines.push(space > 0 ? rest.slice(0, space) : start);
    rest = rest.slice(lines.at(-1)?.length).trimStart();
  }
  return lines;
}

/** About how wide a line of text is in a common sans-serif font, in pixels; rather too wide than too narrow. */
export function textWidth(text: string, size: number): number {
  return size * charactersOf(text).reduce((sum, character) => sum + emsOf(character), 0);
}

/** As much of a text as fits, and one character at least. */
function longestStart(text: string, ems: number): string {
  let start = "";
  let used = 0;
  for (const character of charactersOf(text)) {
    used += emsOf(character);
    if (used > ems && start !== "") return start.trimEnd();
    start += character;
  }
  return start;
}

const segmenter = new Intl.Segmenter("en");

/** What a reader takes for characters: an emoji of several code points is one. */
function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const pictograph = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function emsOf(character: string): number {
  if (pictograph.test(character)) return 1.4;
  if (wide.test(character)) return 1.05;
  if (/^[ijlI .,:;'|!()[\]]$/.test(character)) return 0.38;
  if (/^[mwMW@%—…]$/.test(character)) return 1;
  return /^[a-z _/"*-]$/.test(character) ? 0.61 : 0.74;
}
