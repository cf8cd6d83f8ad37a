import { randomUUID } from "node:crypto";
import { logger } from "./logger.ts";
import { withContext } from "./request-context.ts";

/** The shell around a scheduled function. What it returns is logged; a failure is logged and thrown, so that AWS counts it. */
export function scheduled(
  name: string,
  work: (nowMs: number) => Promise<Record<string, unknown>>,
): () => Promise<void> {
  return () =>
    withContext({ requestId: randomUUID() }, async () => {
      try {
        logger.debug(name, await work(Date.now()));
      } catch (error) {
        logger.error(`${name} failed`, error as Error);
        throw error;
      }
    });
}
