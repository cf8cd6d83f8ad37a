/** One measured number. Without a budget it is told, not judged. */
export type Line = { name: string; value: number; unit: string; budget?: number };

/** Prints `name value unit budget ok|OVER`, a line each; false when a budget is exceeded. */
export function printLines(lines: readonly Line[]): boolean {
  const width = Math.max(...lines.map((line) => line.name.length));
  for (const { name, value, unit, budget } of lines) {
    const verdict = budget === undefined ? "-  -" : `${budget}  ${value <= budget ? "ok" : "OVER"}`;
    console.log(`${name.padEnd(width)}  ${rounded(value)}  ${unit}  ${verdict}`);
  }
  return lines.every((line) => line.budget === undefined || line.value <= line.budget);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
