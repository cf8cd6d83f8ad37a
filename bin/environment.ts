import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** The environment, with what `.env` adds to it (the environment wins). */
export function readEnvironment(): Record<string, string | undefined> {
  const file = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
  return { ...file, ...process.env };
}
