import { messageDelayMsMax } from "#domain/run-due.ts";
import { logger } from "#runtime/logger.ts";
import { sendMessage } from "#store/queue.ts";
import type { LoadedRun } from "#store/run-head.ts";

/**
 * Sends the message that a run waits for: at once, or held back until its wait is over. Waits that are too long for that
 * are ended by the sweep. A message that could not be sent is the sweep's too, so this never fails.
 */
export async function sendRun({ run, requestId }: Pick<LoadedRun, "run" | "requestId">): Promise<void> {
  if (run.status !== "PENDING" && run.status !== "WAITING") return;
  const delayMs = run.wakeAtMs === null ? 0 : Math.max(run.wakeAtMs - Date.now(), 0);
  if (delayMs > messageDelayMsMax) return;
  const message = { type: "advance_run", run_id: run.id, fence: run.fence, request_id: requestId } as const;
  await sendMessage(message, delayMs).catch((error) =>
    logger.warn("the message was not sent; the sweep will send it", error as Error),
  );
}
