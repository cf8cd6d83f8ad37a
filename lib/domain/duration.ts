/** Years and months differ in length; a year of 365 days is what people mean by `P1Y`, and months are refused. */
const pattern = /^P(?:(\d+)Y)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;
const unitSeconds = [365 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1];

/**
 * Reads an ISO 8601 duration such as `PT15M`, `P3D` or `P1W` as seconds; null when it is none. Months are not taken: they
 * have no one length.
 */
export function parseDurationSeconds(text: string): number | null {
  const match = pattern.exec(text);
  if (match === null || text.endsWith("T") || text === "P") return null;
  return unitSeconds.reduce((sum, seconds, at) => sum + seconds * Number(match[at + 1] ?? 0), 0);
}
