import { describe, expect, it } from "vitest";
import { localProcess } from "#test/local-process.ts";
import { readAllRecords } from "#test/read-all-records.ts";
import { callService } from "#test/service.ts";

const service = localProcess();

describe("kill -9 of the local service", () => {
  it("loses no acknowledged write, and after a restart the summary equals a recount", async () => {
    const acknowledged = new Map<string, string>();
    for (const round of [0, 1, 2]) {
      const url = await service.start();
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
      await service.kill();
      killed = true;
      await Promise.all(clients);
    }
    const url = await service.start();
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
      .poll(async () => (await callService(url, "GET", "/reports/summary")).body.by_status, { timeout: 60_000 })
      .toEqual(expected);
  }, 120_000);
});
