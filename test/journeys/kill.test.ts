import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readAllRecords } from "#test/read-all-records.ts";
import { callService } from "#test/service.ts";

const dataDir = mkdtempSync(join(tmpdir(), "sluice-kill-"));
let running: ChildProcess | null = null;

afterAll(() => {
  running?.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

/** Starts the service as `npm start` does, in a process of its own. */
function start(): Promise<string> {
  const environment = { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "CRITICAL" };
  const child = spawn(process.execPath, ["bin/local.ts"], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
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
}

function kill(): Promise<void> {
  return new Promise((resolve) => {
    running?.removeAllListeners("exit").once("exit", () => resolve());
    running?.kill("SIGKILL");
  });
}

describe("kill -9 of the local service", () => {
  it("loses no acknowledged write, and after a restart the summary equals a recount", async () => {
    const acknowledged = new Map<string, string>();
    for (const round of [0, 1, 2]) {
      const url = await start();
      let killed = false;
      const client = async (worker: number) => {
        for (let turn = 0; !killed; turn++) {
          const json = { source: `w${worker}`, category: `c${turn % 3}`, payload: { amount: turn } };
          const created = await callService(url, "POST", "/records", { json }).catch(() => null);
          if (created?.status !== 201) return;
          acknowledged.set(created.body.id, "pending");
          if (turn % 2 === 1) continue;
          const processed = await callService(url, "POST", `/records/${created.body.id}/process`).catch(() => null);
          if (processed?.status === 200) acknowledged.set(created.body.id, "processed");
        }
      };
      const clients = [0, 1, 2, 3].map(client);
      while (acknowledged.size < 40 * (round + 1)) await new Promise((resolve) => setTimeout(resolve, 5));
      await kill();
      killed = true;
      await Promise.all(clients);
    }
    const url = await start();
    const stored = new Map((await readAllRecords(url)).map(({ id, status }) => [id, status]));
    for (const [id, status] of acknowledged) {
      const found = stored.get(id);
      expect(found === status || (status === "pending" && found === "processed"), `${id} ${status} ${found}`).toBe(
        true,
      );
    }
    const recount = (status: string) => [...stored.values()].filter((each) => each === status).length;
    const expected = { pending: recount("pending"), processed: recount("processed"), failed: recount("failed") };
    await expect
      .poll(async () => (await callService(url, "GET", "/reports/summary")).body.by_status, { timeout: 20_000 })
      .toEqual(expected);
  }, 120_000);
});
