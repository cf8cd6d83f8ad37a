import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** What a command beside the service needs to know of it: where its database answers, and what its stack puts out. */
export type RunningService = { pid: number; dynamodb: string; outputs: Readonly<Record<string, string>> };

const fileName = "running.json";

/** Leaves a note in the data directory that its service runs. @returns a function that takes it away. */
export function noteRunning(directory: string, service: Omit<RunningService, "pid">): () => void {
  const path = join(directory, fileName);
  writeFileSync(path, JSON.stringify({ pid: process.pid, ...service }), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** The service that runs on a data directory; null when none does, or the one that did was killed. */
export function findRunning(dataDir: string): RunningService | null {
  try {
    const service = JSON.parse(readFileSync(resolve(dataDir, fileName), "utf8")) as RunningService;
    process.kill(service.pid, 0); // throws when there is no such process
    return service;
  } catch {
    return null;
  }
}
