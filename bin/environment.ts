import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { formerVariableNotes } from "#contract/environment.ts";

/** The environment, with what `.env` adds to it (the environment wins). Says of each foreign variable why it is ignored. */
export function readEnvironment(): Record<string, string | undefined> {
  const file = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
  const environment = { ...file, ...process.env };
  for (const note of formerVariableNotes(environment)) console.error(note);
  return environment;
}
