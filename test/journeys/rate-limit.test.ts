import { describe, expect, it } from "vitest";
import { keysOf } from "#test/keys-command.ts";
import { startService } from "#test/service.ts";

const apiKey = "the key of the deployment";
const service = await startService({
  settings: { API_KEY: apiKey, READS_OPEN: "false", RATE_LIMIT_PER_MINUTE: "100" },
  clock: "virtual",
  meter: true,
});
const minute = 60_000;
const read = (key: string) => service.call("GET", "/reports/summary", { headers: { "x-api-key": key } });
const create = (...args: string[]) => keysOf(service, "create", "--name", "ci", "--scopes", "read", ...args);

/** Moves to the start of a minute, so that a test lies within one. */
async function newMinute(): Promise<void> {
  await service.clock.advance(minute - (service.clock.now() % minute));
}

async function statusesOf(key: string, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const client = async () => {
    while (requests-- > 0) {
      const { status } = await read(key);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 5 }, client)); // few at once: a loaded machine answers 503 to many
  return counts;
}

describe("the limit of requests a minute", () => {
  it("429 rate_limited above it, with Retry-After until the minute is over; then all is well again", async () => {
    await newMinute();
    expect(await statusesOf(apiKey, 130)).toEqual({ 200: 100, 429: 30 });
    await service.clock.advance(20_000);
    const leftSeconds = () => Math.ceil((minute - (service.clock.now() % minute)) / 1000);
    const leftBefore = leftSeconds();
    const refused = await read(apiKey);
    expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited", error: "TooManyRequests" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(leftSeconds());
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(leftBefore);
    expect(refused.body.message).toContain("100 requests a minute");
    await service.clock.advance(40_000);
    expect((await read(apiKey)).status).toBe(200);
  });

  it("is each key's own, and a key may have another", async () => {
    await newMinute();
    const [small, other, unlimited] = [await create("--limit", "3"), await create(), await create("--limit", "0")];
    expect(await statusesOf(small, 5)).toEqual({ 200: 3, 429: 2 });
    expect(await statusesOf(other, 101)).toEqual({ 200: 100, 429: 1 });
    expect(await statusesOf(unlimited, 150)).toEqual({ 200: 150 });
  });

  it("counts what is refused by scope too, and nothing that is public or has no valid key", async () => {
    await newMinute();
    const key = await create("--limit", "3");
    const write = () => service.call("POST", "/records", { json: {}, headers: { "x-api-key": key } });
    expect([(await write()).status, (await write()).status]).toEqual([403, 403]);
    for (let turn = 0; turn < 5; turn++) {
      await service.call("GET", "/health", { headers: { "x-api-key": key } });
      await read(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`);
    }
    expect((await read(key)).status).toBe(200);
    expect([(await write()).status, (await read(key)).status]).toEqual([429, 429]);
  });

  it("costs a write unit per block of requests, and nothing while it refuses", async () => {
    const key = await create("--limit", "5000");
    await newMinute();
    await read(key);
    service.usage.reset();
    for (let turn = 0; turn < 99; turn++) await read(key); // a block is a fiftieth of the limit
    expect(service.usage.calls["dynamodb:UpdateItem"]).toBeUndefined();
    await read(key);
    expect(service.usage.calls["dynamodb:UpdateItem"]?.requests).toBe(1);
    const small = await create("--limit", "1");
    await read(small);
    await read(small);
    service.usage.reset();
    for (let turn = 0; turn < 20; turn++) expect((await read(small)).status).toBe(429);
    expect(service.usage.calls["dynamodb:UpdateItem"]).toBeUndefined();
  });

  it("lets requests through, uncounted, while the counters cannot be written", async () => {
    await newMinute();
    const key = await create("--limit", "1");
    service.faults.set({ calls: { decide: ({ action }) => (action === "UpdateItem" ? "throttle" : undefined) } });
    expect((await read(key)).status).toBe(200);
    service.faults.clear();
  });

  it("keeps no count for longer than it is needed", async () => {
    await service.clock.advance(2 * 3_600_000);
    const { dumpTables } = await import("#test/dump-tables.ts");
    expect(await dumpTables(service)).not.toContain("limit#");
  });
});
