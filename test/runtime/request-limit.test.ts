import { describe, expect, it, vi } from "vitest";
import { windowEndMs, windowOf } from "#domain/request-limit.ts";
import { startService } from "#test/service.ts";

const service = await startService({ clock: "virtual", faults: {} });
type Process = typeof import("#runtime/request-limit.ts");

/** A process of its own: nothing of what others have counted is known to it. */
async function startProcess(): Promise<Process> {
  vi.resetModules();
  return import("#runtime/request-limit.ts");
}

/** How many of some requests a process lets through. */
async function admitted(process: Process, caller: string, limit: number, requests: number): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: requests }, () => process.countRequest(caller, limit, Date.now())),
  );
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "rate_limited" });
  }
  return outcomes.filter((outcome) => outcome.status === "fulfilled").length;
}

async function newMinute(): Promise<void> {
  await service.clock.advance(windowEndMs(windowOf(service.clock.now())) - service.clock.now());
}

describe("a limit over several processes", () => {
  it("never lets more through than it says, and wastes at most a fiftieth a process", async () => {
    const processes = [await startProcess(), await startProcess(), await startProcess(), await startProcess()];
    await newMinute();
    const counts = await Promise.all(processes.map((process) => admitted(process, "busy", 1_000, 400)));
    const sum = counts.reduce((total, count) => total + count, 0);
    expect(sum).toBeLessThanOrEqual(1_000);
    expect(sum).toBeGreaterThanOrEqual(1_000 - 4 * 20);
  });

  it("is used up to the last request by who is left", async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    await newMinute();
    expect(await admitted(one, "calm", 1_000, 1)).toBe(1); // and holds nineteen more
    expect(await admitted(other, "calm", 1_000, 2_000)).toBe(980);
    expect(await admitted(one, "calm", 1_000, 100)).toBe(19);
  });

  it("never lets more through when answers are lost on the wire", async () => {
    const process = await startProcess();
    await newMinute();
    service.faults.set({ calls: { lostAnswer: 0.1 } });
    expect(await admitted(process, "unlucky", 200, 400)).toBeLessThanOrEqual(200);
    service.faults.clear();
  });
});
