import { getItem } from "./get-item.ts";
import { payloadKey } from "./keys.ts";
import type { LoadedRun } from "./run-head.ts";

/** What a run was triggered with: in its head, or one read more. Null where a retry has put another in its place, or it is gone. */
export async function readTriggerPayload({ run, payload }: LoadedRun): Promise<Record<string, unknown> | null> {
  if ("p" in payload) return JSON.parse(payload.p) as Record<string, unknown>;
  const item = await getItem(payloadKey(run.id));
  // A payload has the version of the head that it came with.
  return item?.v === 1 ? (JSON.parse(String(item.p)) as Record<string, unknown>) : null;
}
