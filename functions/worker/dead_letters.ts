import { deadLetters } from "#runtime/dead-letters.ts";
import { clearLater } from "#runtime/events/clear-later.ts";
import { buryRun } from "#runtime/runs/bury-run.ts";

/**
 * Takes what the queue gave up on: nothing is lost by it, since the sweep sends again whatever is still due, and what no
 * sweep would find is sent again from here.
 */
export const handler = deadLetters({ advance_run: buryRun, clear_run: clearLater });
