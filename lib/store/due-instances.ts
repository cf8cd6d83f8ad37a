import * as z from "zod";
import { instanceExpiresAtMs } from "#domain/instance.ts";
import { messageDelayMsMax } from "#domain/run-due.ts";
import { liveInstance, parseInstance } from "./instance-head.ts";
import { dueMsOf } from "./keys.ts";

/** What every head has that stands in the index, also that of an erased instance. */
const placeSchema = z.object({ sk: z.string(), v: z.number().int(), r: z.string().optional(), u: z.number() });

/** An instance as the sweep finds it, in milliseconds. */
export type DueInstance = {
  id: string;
  version: number;
  /** Its place in the index; null: it has none. */
  placeMs: number | null;
  /** When there is something to do for it: its next timer, or to clear away what is left of it. */
  atMs: number;
  /** True when that is so far ahead that no message was sent for it. */
  isUnsent: boolean;
  updatedAtMs: number;
  /** When its timer is due; null: it is gone. */
  timerMs: number | null;
};

/** Reads an item as an instance that is due for something: live ones, those that expired, and those that were erased. */
export function parseDueInstance(item: Record<string, unknown>, nowMs: number): DueInstance {
  const { sk: id, v: version, r = "", u: updatedAtMs } = placeSchema.parse(item);
  const placeMs = dueMsOf(r);
  const due = { id, version, placeMs, updatedAtMs };
  const loaded = parseInstance(item);
  // An erased one was sent when it was erased; its second clearing is sent when that is due.
  if (loaded === null) return { ...due, atMs: updatedAtMs, isUnsent: false, timerMs: null };
  const { instance } = loaded;
  const { dueAtMs } = instance;
  if (dueAtMs === null || liveInstance(item, nowMs) === null) {
    return { ...due, atMs: instanceExpiresAtMs(instance) ?? updatedAtMs, isUnsent: true, timerMs: null };
  }
  // Its message is sent when the timer becomes its next: when it comes into the state, or the timer before is done with.
  const nextSinceMs = Math.max(instance.enteredAtMs, instance.timersDoneAtMs ?? 0);
  return { ...due, atMs: dueAtMs, isUnsent: dueAtMs - nextSinceMs > messageDelayMsMax, timerMs: dueAtMs };
}
