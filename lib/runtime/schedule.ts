import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import { logger } from "./logger.ts";
import type { TimeBudget } from "./queue.ts";
import { withContext } from "./request-context.ts";

/** The shell around a scheduled function. What it returns is logged; a failure is logged and thrown, so that AWS counts it. */
export function scheduled(
  name: string,
  work: (nowMs: number, budget: TimeBudget) => Promise<Record<string, unknown>>,
): (event: unknown, context: Context) => Promise<void> {
  return (_event, context) =>
    withContext({ requestId: randomUUID() }, async () => {
      try {
        logger.debug(name, await work(Date.now(), { remainingMs: () => context.getRemainingTimeInMillis() }));
      } catch (error) {
        logger.error(`${name} failed`, error as Error);
        throw error;
      }
    });
}
