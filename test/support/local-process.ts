import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** The service as `npm start` runs it, in a process of its own that can be killed and started again on the same data. */
export type LocalProcess = {
  /** Starts it; returns its URL once it is up. */
  start(): Promise<string>;
  /** Kills it (SIGKILL), and returns once it is dead. */
  kill(): Promise<void>;
};

/** A local process for one test file, with a data directory of its own; both are gone after it. */
export function localProcess(settings: Record<string, string> = {}): LocalProcess {
  const dataDir = mkdtempSync(join(tmpdir(), "sluice-process-"));
  let running: ChildProcess | null = null;
  afterAll(() => {
    running?.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    start: () => {
      const environment = { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "CRITICAL", ...settings };
      const child = spawn(process.execPath, ["bin/local.ts"], {
        env: environment,
        stdio: ["ignore", "ignore", "pipe"],
      });
      running = child;
      return new Promise((resolve, reject) => {
        let said = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          const url = /Sluice is up at (http:\S+)/.exec(said)?.[1];
          if (url !== undefined) resolve(url);
        });
        child.on("exit", (code) => reject(new Error(`bin/local.ts ended with ${code}:\n${said}`)));
      });
    },
    kill: () =>
      new Promise((resolve) => {
        running?.removeAllListeners("exit").once("exit", () => resolve());
        running?.kill("SIGKILL");
      }),
  };
}
