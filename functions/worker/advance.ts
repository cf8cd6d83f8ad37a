import { deliverEvent } from "#runtime/events/deliver-event.ts";
import { advanceInstance } from "#runtime/instances/advance-instance.ts";
import { advanceJob } from "#runtime/jobs/advance-job.ts";
import { worker } from "#runtime/queue.ts";
import { advanceRun } from "#runtime/runs/advance-run.ts";
import { clearRun } from "#runtime/runs/clear-run.ts";

/** Does what a message says is due. */
export const handler = worker({
  advance_instance: advanceInstance,
  advance_job: advanceJob,
  advance_run: advanceRun,
  clear_run: clearRun,
  deliver_event: deliverEvent,
});
