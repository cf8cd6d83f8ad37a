import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { smoke } from "#test/smoke.ts";

const service = await startService();

/** A loopback address at which nothing listens. */
function silentAddress(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(`127.0.0.1:${typeof address === "object" ? address?.port : ""}`));
    });
  });
}

describe("npm run smoke", () => {
  it("passes against the local service, with a line a check and a sum, and leaves what others made", async () => {
    const json = { source: "api", category: "order", payload: { amount: 99.99 } };
    const other = (await service.call("POST", "/records", { json })).body;
    const { code, output } = await smoke(service.url);
    const lines = output.trim().split("\n");
    const sum = lines.pop();
    expect(lines.filter((line) => !/^ok {3}\S.* \d+ ms$/.test(line))).toEqual([]);
    expect(sum).toMatch(new RegExp(`^${lines.length} of ${lines.length} ok in [\\d.]+ s$`));
    expect(code).toBe(0);
    expect((await service.call("GET", `/records/${other.id}`)).body).toEqual(other);
  }, 60_000);

  it("says in one line that nothing answers, or that it was given no URL, and fails", async () => {
    const address = await silentAddress();
    expect(await smoke(`http://${address}`)).toEqual({
      code: 1,
      output: `No answer from http://${address}/version: connect ECONNREFUSED ${address}.\n`,
    });
    for (const args of [[], ["127.0.0.1:3000"], ["key"]]) {
      const { code, output } = await smoke(...args);
      expect(output).toMatch(/^Say where the service is: npm run smoke -- URL \[KEY\].*\n$/);
      expect(code).toBe(1);
    }
  });
});
