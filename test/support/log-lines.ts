import { onTestFinished, vi } from "vitest";

/** Takes what functions log from here to the end of a test, in place of showing it; gives the lines so far. */
export function logLines(): () => Record<string, unknown>[] {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0),
  );
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () =>
    written.flatMap((chunk) => chunk.split("\n")).flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}
