import { inParallel } from "#domain/in-parallel.ts";
import { logger } from "#runtime/logger.ts";
import type { Due } from "#store/due.ts";

const atOnceMax = 10;

/** Looks after each of what is due. One that cannot be looked after is logged, and keeps the sweep from no other. */
export async function forEachDue(
  what: string,
  due: readonly Due[],
  work: (due: Due) => Promise<unknown>,
): Promise<void> {
  await inParallel(due, atOnceMax, async (each) => {
    try {
      await work(each);
    } catch (error) {
      logger.error(`a ${what} that is due was passed over`, { id: each.id, error: error as Error });
    }
  });
}
