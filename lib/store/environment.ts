import { type FunctionEnvironment, functionEnvironmentSchema } from "#contract/environment.ts";

let parsed: FunctionEnvironment | undefined;

/** The environment the stack gave this function, parsed once. */
export function environment(): FunctionEnvironment {
  parsed ??= functionEnvironmentSchema.parse(process.env);
  return parsed;
}
