import { describe, expect, it } from "vitest";
import { startService } from "#test/service.ts";
import { smoke } from "#test/smoke.ts";

const apiKey = "a key of any characters: ü~!";
const service = await startService({ settings: { API_KEY: apiKey } });

describe("npm run smoke against a service with API_KEY", () => {
  it("passes with the key, and takes a URL that ends in a slash", async () => {
    const { code, output } = await smoke(`${service.url}/`, apiKey);
    expect(output).toMatch(/^ok {3}401 without the key \d+ ms$/m);
    expect(output).not.toMatch(/^FAIL/m);
    expect(code).toBe(0);
  }, 60_000);

  it("fails without the key, and says of each check what came instead", async () => {
    const { code, output } = await smoke(service.url);
    expect(output).toMatch(/^FAIL create \d+ ms\n {5}status is 401, not 201: .*unauthorized/m);
    expect(output).toMatch(/^ok {3}health \d+ ms$/m);
    expect(code).toBe(1);
  }, 60_000);
});
