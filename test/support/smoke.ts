import { spawn } from "node:child_process";

/** Runs `npm run smoke -- ...` in a process of its own, with nothing of this one's settings. */
export function smoke(...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, API_KEY: "", CORS_ORIGINS: "" };
  const child = spawn(process.execPath, ["bin/smoke.ts", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("close", (code) => resolve({ code, output }));
  });
}
