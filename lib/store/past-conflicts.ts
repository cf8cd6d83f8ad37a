import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "#domain/domain-error.ts";

const attemptsMax = 12;

/**
 * Sends a write again, after a wait that grows and differs between writers, as long as transactions of others hold what it
 * is about. The SDK does not do so. All attempts take less than eight seconds.
 *
 * @param isConflict tells such a refusal from others, which are thrown as they are
 * @throws DomainError `service_unavailable` when they hold it for longer.
 */
export async function pastConflicts<Result>(
  send: () => Promise<Result>,
  isConflict: (error: unknown) => boolean,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === attemptsMax) {
        throw new DomainError("service_unavailable", "Too many writers at once on the same item. Try again.", {
          headers: { "retry-after": "1" },
          cause: error,
        });
      }
    }
    await sleep(Math.random() * Math.min(1_000, 20 * 2 ** attempt));
  }
}
