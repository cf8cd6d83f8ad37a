import { describe, expect, it } from "vitest";
import { KillableWorker } from "#runtime/expressions/killable-worker.ts";

const source = `
const { parentPort } = require("node:worker_threads");
let answered = 0;
parentPort.on("message", (message) => {
  if (message === "loop") for (;;);
  if (message instanceof Int32Array) for (;;) Atomics.add(message, 0, 1);
  if (message === "regex") /^(a+)+$/.test("a".repeat(50) + "!");
  if (message === "exit") process.exit(1);
  if (message === "throw") throw new Error("thrown");
  if (message === "environment") return parentPort.postMessage(Object.keys(process.env));
  parentPort.postMessage([message, ++answered]);
});
parentPort.postMessage("ready");
`;
const started = (timeMsMax = 300) => new KillableWorker<unknown, unknown>(source, timeMsMax);

describe("a killable worker", () => {
  it("stays the same between messages", async () => {
    const worker = started(10_000);
    expect([await worker.ask("a"), await worker.ask("b")]).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  it.each(["loop", "regex", "exit", "throw"])(
    "has no answer to what ends in %s, and answers the next one",
    async (message) => {
      const worker = started();
      expect(await worker.ask("a")).toEqual(["a", 1]);
      expect(await worker.ask(message)).toBeNull();
      expect(await worker.ask("b")).toEqual(["b", 1]);
    },
  );

  it("leaves nothing running of what it killed", async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const worker = started();
    expect(await worker.ask(counter)).toBeNull();
    const counted = Atomics.load(counter, 0);
    expect(await worker.ask("a")).toEqual(["a", 1]);
    expect(counted).not.toBe(0);
    expect(Atomics.load(counter, 0)).toBe(counted);
  });

  it("does not count the time of those before", async () => {
    const worker = started();
    const answers = await Promise.all(["loop", "loop", "a", "b"].map((message) => worker.ask(message)));
    expect(answers).toEqual([null, null, ["a", 1], ["b", 2]]);
  });

  it("gives a message the time that is asked for it", async () => {
    const worker = started(600_000);
    expect(await worker.ask("loop", 100)).toBeNull();
    expect(await worker.ask("a")).toEqual(["a", 1]);
  });

  it("knows nothing of the process's environment", async () => {
    expect(Object.keys(process.env)).not.toEqual([]);
    expect(await started(10_000).ask("environment")).toEqual([]);
  });

  it("that cannot start is an error, every time", async () => {
    const worker = new KillableWorker<string, unknown>("throw new Error('no start')", 300);
    await expect(worker.ask("a")).rejects.toThrow("no start");
    await expect(worker.ask("a")).rejects.toThrow("no start");
  });
});
