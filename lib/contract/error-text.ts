/** Of an error that stands beside others, so much is told, in UTF-16 units. The timeline has all of it. */
const errorLengthMax = 1_000;

/** An error as answers with many of them, and events, tell it: they must stay within what they may be long. */
export function shortError(error: string): string {
  return error.length <= errorLengthMax ? error : error.slice(0, errorLengthMax).toWellFormed();
}
