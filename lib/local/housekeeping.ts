import type { EngineFile } from "./engine-file.ts";
import type { QueueEngine } from "./fauxqs.ts";
import type { OnEvent } from "./local-event.ts";
import type { TableModel } from "./model.ts";
import type { S3 } from "./s3.ts";
import type { TtlSweep } from "./ttl-sweep.ts";
import type { LocalClock } from "./virtual-clock.ts";

/** What time does to what is stored. */
export type Housekeeping = {
  /** Makes messages due, and deletes messages, items and objects that have expired by the clock. */
  run(): Promise<void>;
  stop(): void;
};

const everyMs = 60_000;
const streamKeptMs = 86_400_000;

/** Keeps house once a minute, and cuts each table's stream to its last day at once. */
export function startHousekeeping(
  parts: { queues: QueueEngine | null; ttl: TtlSweep; s3: S3 | null; file: EngineFile | null },
  tables: readonly TableModel[],
  clock: LocalClock,
  onEvent: OnEvent,
  onFailure: (error: Error) => void,
): Housekeeping {
  const { queues, ttl, s3, file } = parts;
  const trim = () => {
    for (const table of tables) file?.trim(table, (clock.now() - streamKeptMs) / 1000);
  };

  async function run(): Promise<void> {
    queues?.tick(clock.now());
    await ttl.run();
    const count = (await s3?.expire(clock.now())) ?? 0;
    if (count > 0) onEvent({ kind: "items-expired", message: `${count} objects expired` });
  }

  trim();
  const timer = setInterval(() => {
    // The engine stamps its records with the machine's time.
    if (!clock.virtual) trim();
    run().catch(onFailure);
  }, everyMs);
  timer.unref();
  return { run, stop: () => clearInterval(timer) };
}
