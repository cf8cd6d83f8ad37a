import type { Housekeeping } from "./housekeeping.ts";
import type { LambdaHost } from "./lambda-host.ts";
import type { Mapping } from "./mapping.ts";
import type { Schedules } from "./schedule.ts";
import { settle } from "./settle.ts";
import type { LocalClock } from "./virtual-clock.ts";

/** How time passes. */
export type AdvanceOptions = {
  /** The clock stops so often on its way, in milliseconds, and what is due then is done then; default: never. */
  readonly tickEveryMs?: number | undefined;
};

/**
 * Moves a virtual clock.
 *
 * It jumps, as over a laptop that slept: all that came due in between is done once, at the end, and the ticks of a schedule
 * that were missed are one. A jump therefore costs the same over a minute and over thirty days. What follows from what is
 * done then, such as a wait that begins when another has ended, begins at the end of the jump and is not passed over.
 *
 * To live through a span, `tickEveryMs` has the clock stop on its way: a minute is as good as awake for schedules by the
 * minute, at some tens of milliseconds a stop.
 */
export async function advanceClock(
  ms: number,
  { tickEveryMs = Number.POSITIVE_INFINITY }: AdvanceOptions,
  parts: { clock: LocalClock; host: LambdaHost; mappings: readonly Mapping[] } & {
    housekeeping: Housekeeping;
    schedules: Schedules;
  },
): Promise<void> {
  const { clock, host, mappings, housekeeping, schedules } = parts;
  if (!(tickEveryMs > 0)) throw new Error(`the clock cannot stop every ${tickEveryMs} ms`);
  await settle(host, mappings);
  let leftMs = ms;
  do {
    const stepMs = Math.min(leftMs, tickEveryMs);
    clock.move(stepMs);
    leftMs -= stepMs;
    await housekeeping.run();
    schedules.tick();
    for (const mapping of mappings) mapping.wake();
    await settle(host, mappings);
  } while (leftMs > 0);
}
