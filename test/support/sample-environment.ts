import { functionEnvironmentSchema } from "#contract/environment.ts";

const samples = ["local", "sample", "1", "true", "INFO", ""];

/** Everything that a function gets from the stack, with a value that will do where a test says none. */
export function sampleEnvironment(chosen: Record<string, string>): Record<string, string> {
  const filled = Object.entries(functionEnvironmentSchema.shape).map(([name, field]) => {
    const sample = samples.find((text) => field.safeParse(text).success);
    if (sample === undefined) throw new Error(`No sample fits ${name}.`);
    return [name, sample];
  });
  return { ...Object.fromEntries(filled), ...chosen };
}
