/** The longest text that says why something failed, in UTF-16 units. */
const lengthMax = 1_000;
const control = /[^\P{Cc}\n\r\t]/gu;

/**
 * A text as the reason for a failure is kept: at most 1,000 characters of Unicode text, none a control character but line
 * breaks and tabs. So it has 3,000 bytes at most, as JSON too, and a hundred of them fit into one item.
 */
export function errorText(text: string): string {
  const kept = text.length > lengthMax ? `${text.slice(0, lengthMax - 3)}...` : text;
  return kept.toWellFormed().replace(control, " ");
}
