import { deadLetters } from "#runtime/dead-letters.ts";
import { buryRun } from "#runtime/runs/bury-run.ts";

/** Takes what the queue gave up on: nothing is lost by it, since the sweep sends again whatever is still due. */
export const handler = deadLetters({ advance_run: buryRun });
