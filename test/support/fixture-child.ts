import { startLocal } from "#local/start-local.ts";

/** A process of its own for the tests that kill one: `node fixture-child.ts <assembly> <dataDir>` prints its address. */
const [assembly = "", dataDir = ""] = process.argv.slice(2);
const plans = { queue: () => new Promise(() => {}) };
// The queue's function never ends, so that a message is in flight when the process is killed.
Object.assign(globalThis, { fixturePlans: plans });
try {
  const runtime = await startLocal({ assembly, dataDir });
  console.log(runtime.url);
} catch (error) {
  console.log((error as Error).message);
  process.exit(1);
}
