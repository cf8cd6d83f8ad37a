import { existsSync, readdirSync, rmSync } from "node:fs";

const prefix = "local-";

/**
 * A build folder of this process alone: functions are loaded from it on their first event, so a second start must not
 * change it. Folders that processes which no longer run have left are removed.
 */
export function ownBuildDir(): string {
  const left = existsSync("build") ? readdirSync("build").filter((name) => name.startsWith(prefix)) : [];
  for (const name of left) {
    if (!isRunning(Number(name.slice(prefix.length)))) rmSync(`build/${name}`, { recursive: true, force: true });
  }
  return `build/${prefix}${process.pid}`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
