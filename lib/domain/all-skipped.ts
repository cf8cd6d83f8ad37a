import type { Instance } from "./instance.ts";
import { skipped } from "./instance-commands.ts";

/** A timed action that was refused when its time came, and why. */
export type Skip = { actionId: string; reason: string };

/** How many actions that are skipped at one moment are told each. A save has room for few more. */
const toldMax = 20;

/** The instance after the time of some actions came that were all refused: the last that is told tells how many are not. */
export function allSkipped(instance: Instance, skips: readonly Skip[], nowMs: number): Instance {
  const untold = skips.length - toldMax;
  return skips.slice(0, toldMax).reduce((told, { actionId, reason }, index) => {
    const more = index === toldMax - 1 && untold > 0 ? ` (as were ${untold} more that were due with it)` : "";
    return skipped(told, actionId, `${reason}${more}`, nowMs);
  }, instance);
}
